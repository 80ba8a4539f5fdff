-- A store of schema 7. Never made anew: see tests/db/test_migrations.py.
CREATE TABLE achievement (
	title TEXT NOT NULL, 
	abstract TEXT NOT NULL, 
	keywords JSON NOT NULL, 
	field TEXT NOT NULL, 
	industries JSON NOT NULL, 
	registration_no TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	owner_kind TEXT NOT NULL, 
	completers JSON NOT NULL, 
	finished_on DATE, 
	stage TEXT NOT NULL, 
	trl INTEGER, 
	level TEXT NOT NULL, 
	indicators TEXT NOT NULL, 
	ip JSON NOT NULL, 
	modes JSON NOT NULL, 
	price INTEGER, 
	service_achievement BOOLEAN NOT NULL, 
	separate_ledger BOOLEAN NOT NULL, 
	use_then_pay BOOLEAN NOT NULL, 
	empowerment TEXT NOT NULL, 
	contact_name TEXT NOT NULL, 
	contact_phone TEXT NOT NULL, 
	pinyin TEXT NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	source_id TEXT NOT NULL, 
	import_batch_id CHAR(32), 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_achievement PRIMARY KEY (id)
);
CREATE TABLE acknowledged_operation (
	ordinal INTEGER NOT NULL, 
	op CHAR(32) NOT NULL, 
	record_id CHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	scope VARCHAR(80) NOT NULL, 
	action VARCHAR(8) NOT NULL, 
	fields JSON NOT NULL, 
	seen VARCHAR(40), 
	group_id CHAR(32), 
	at DATETIME NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	received_at VARCHAR(40) NOT NULL, 
	acknowledged_at DATETIME NOT NULL, into_id CHAR(32), 
	CONSTRAINT pk_acknowledged_operation PRIMARY KEY (ordinal), 
	CONSTRAINT uq_acknowledged_operation_op UNIQUE (op)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE attachment (
	parent_kind TEXT NOT NULL, 
	parent_id CHAR(32) NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	mime TEXT NOT NULL, 
	consent BOOLEAN NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_attachment PRIMARY KEY (id)
);
CREATE TABLE contact (
	enterprise_id CHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	position TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	email TEXT NOT NULL, 
	import_batch_id CHAR(32), 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_contact PRIMARY KEY (id)
);
CREATE TABLE distinct_firms (
	one CHAR(32) NOT NULL, 
	two CHAR(32) NOT NULL, 
	said_at DATETIME NOT NULL, 
	CONSTRAINT pk_distinct_firms PRIMARY KEY (one, two)
);
CREATE TABLE enterprise (
	name TEXT NOT NULL, 
	credit_code TEXT NOT NULL, 
	county TEXT NOT NULL, 
	address TEXT NOT NULL, 
	industries JSON NOT NULL, 
	gb4754 TEXT NOT NULL, 
	size TEXT NOT NULL, 
	legal_person TEXT NOT NULL, 
	founded_on DATE, 
	website TEXT NOT NULL, 
	email TEXT NOT NULL, 
	profile TEXT NOT NULL, 
	tags JSON NOT NULL, 
	pinyin TEXT NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	source_id TEXT NOT NULL, 
	import_batch_id CHAR(32), 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, carrier TEXT DEFAULT '' NOT NULL, index_score TEXT DEFAULT '' NOT NULL, index_source TEXT DEFAULT '' NOT NULL, name_key TEXT DEFAULT '' NOT NULL, tiers JSON DEFAULT '[]' NOT NULL, index_on DATE, 
	CONSTRAINT pk_enterprise PRIMARY KEY (id)
);
CREATE TABLE firm_alias (
	old CHAR(32) NOT NULL, 
	new CHAR(32) NOT NULL, 
	merged_at DATETIME NOT NULL, 
	undo JSON, 
	CONSTRAINT pk_firm_alias PRIMARY KEY (old)
);
CREATE TABLE follow_up (
	visit_id CHAR(32), 
	enterprise_id CHAR(32), 
	text TEXT NOT NULL, 
	who TEXT NOT NULL, 
	due DATE, 
	done_at DATETIME, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_follow_up PRIMARY KEY (id)
);
CREATE TABLE import_batch (
	id CHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	file_name TEXT NOT NULL, 
	imported_at DATETIME NOT NULL, 
	added INTEGER NOT NULL, 
	duplicates INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	undone_at DATETIME, 
	CONSTRAINT pk_import_batch PRIMARY KEY (id)
);
CREATE TABLE import_mapping (
	kind VARCHAR(32) NOT NULL, 
	columns TEXT NOT NULL, 
	mapping JSON NOT NULL, 
	CONSTRAINT pk_import_mapping PRIMARY KEY (kind, columns)
);
CREATE TABLE "match" (
	number TEXT NOT NULL, 
	need_id CHAR(32) NOT NULL, 
	achievement_id CHAR(32) NOT NULL, 
	state TEXT NOT NULL, 
	score INTEGER NOT NULL, 
	reasons JSON NOT NULL, 
	evidence JSON NOT NULL, 
	not_covered JSON NOT NULL, 
	pool_size INTEGER NOT NULL, 
	decline_reason TEXT NOT NULL, 
	decline_note TEXT NOT NULL, 
	enterprise_consent_at DATETIME, 
	owner_consent_at DATETIME, 
	needs_nda BOOLEAN NOT NULL, 
	nda_signed_at DATETIME, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_match PRIMARY KEY (id)
);
CREATE TABLE need (
	number TEXT NOT NULL, 
	enterprise_id CHAR(32), 
	visit_id CHAR(32), 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	spans JSON NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	industries JSON NOT NULL, 
	keywords JSON NOT NULL, 
	problem TEXT NOT NULL, 
	goal TEXT NOT NULL, 
	metrics JSON NOT NULL, 
	no_metric_reason TEXT NOT NULL, 
	budget_low INTEGER, 
	budget_high INTEGER, 
	deadline DATE, 
	mode TEXT NOT NULL, 
	urgency TEXT NOT NULL, 
	four_list TEXT NOT NULL, 
	partner TEXT NOT NULL, 
	use_then_pay BOOLEAN NOT NULL, 
	confidential_fields JSON NOT NULL, 
	verifier_id TEXT NOT NULL, 
	verifier_name TEXT NOT NULL, 
	verified_on DATE, 
	common_need_id CHAR(32), 
	review_on DATE, 
	pinyin TEXT NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	source_id TEXT NOT NULL, 
	import_batch_id CHAR(32), 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_need PRIMARY KEY (id)
);
CREATE TABLE note_revision (
	visit_id CHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_note_revision PRIMARY KEY (id)
);
CREATE TABLE outbox (
	seq INTEGER NOT NULL, 
	op CHAR(32) NOT NULL, 
	record_id CHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	action VARCHAR(8) NOT NULL, 
	fields JSON NOT NULL, 
	at DATETIME NOT NULL, 
	sent_at DATETIME, seen VARCHAR(40), parked TEXT, group_id CHAR(32), into_id CHAR(32), 
	CONSTRAINT pk_outbox PRIMARY KEY (seq), 
	CONSTRAINT uq_outbox_op UNIQUE (op)
);
CREATE TABLE personal_export (
	id CHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	what VARCHAR(32) NOT NULL, 
	file_name TEXT NOT NULL, 
	people INTEGER NOT NULL, 
	CONSTRAINT pk_personal_export PRIMARY KEY (id)
);
CREATE TABLE profile_value (
	"key" VARCHAR(64) NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_profile_value PRIMARY KEY ("key")
);
CREATE TABLE published_need (
	number TEXT NOT NULL, 
	title TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	problem TEXT NOT NULL, 
	goal TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	urgency TEXT NOT NULL, 
	county TEXT NOT NULL, 
	contact_unit TEXT NOT NULL, 
	contact_name TEXT NOT NULL, 
	contact_phone TEXT NOT NULL, 
	pinyin TEXT NOT NULL, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	industries JSON NOT NULL, 
	keywords JSON NOT NULL, 
	metrics JSON NOT NULL, 
	extra JSON NOT NULL, 
	budget_low INTEGER, 
	budget_high INTEGER, 
	deadline DATE, 
	published_on DATE, 
	withdrawn_on DATE, 
	use_then_pay BOOLEAN NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	edited_at DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_published_need PRIMARY KEY (id)
);
CREATE TABLE referral_request (
	visit_id CHAR(32), 
	enterprise_id CHAR(32), 
	kind TEXT NOT NULL, 
	text TEXT NOT NULL, 
	refer_to TEXT NOT NULL, 
	due DATE, 
	done_at DATETIME, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_referral_request PRIMARY KEY (id)
);
CREATE TABLE server_record (
	scope VARCHAR(80) NOT NULL, 
	id CHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	rev INTEGER NOT NULL, 
	hash VARCHAR(20) NOT NULL, 
	body JSON, 
	CONSTRAINT pk_server_record PRIMARY KEY (scope, id)
);
CREATE TABLE snapshot_chunk (
	scope VARCHAR(80) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_snapshot_chunk PRIMARY KEY (scope, sha256)
);
CREATE TABLE state_move (
	record_kind TEXT NOT NULL, 
	record_id CHAR(32) NOT NULL, 
	from_state TEXT NOT NULL, 
	to_state TEXT NOT NULL, 
	why TEXT NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_state_move PRIMARY KEY (id)
);
CREATE TABLE sync_round (
	id CHAR(32) NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME NOT NULL, 
	sent INTEGER NOT NULL, 
	received INTEGER NOT NULL, 
	files INTEGER NOT NULL, 
	outcome VARCHAR(16) NOT NULL, 
	receipt VARCHAR(16) NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_sync_round PRIMARY KEY (id)
);
CREATE TABLE sync_scope (
	scope VARCHAR(80) NOT NULL, 
	cursor VARCHAR(64) NOT NULL, 
	writable BOOLEAN NOT NULL, 
	records INTEGER NOT NULL, 
	sum VARCHAR(16) NOT NULL, 
	is_rebuilding BOOLEAN NOT NULL, 
	CONSTRAINT pk_sync_scope PRIMARY KEY (scope)
);
CREATE TABLE term (
	lay TEXT NOT NULL, 
	technical JSON NOT NULL, 
	weight INTEGER NOT NULL, 
	industries JSON NOT NULL, 
	note TEXT NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	origin TEXT NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_term PRIMARY KEY (id)
);
CREATE TABLE visit (
	number TEXT NOT NULL, 
	enterprise_id CHAR(32), 
	role TEXT NOT NULL, 
	state TEXT NOT NULL, 
	place TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	recorded_at DATETIME, 
	late_reason TEXT NOT NULL, 
	is_late BOOLEAN NOT NULL, 
	purposes JSON NOT NULL, 
	companions JSON NOT NULL, 
	met JSON NOT NULL, 
	note TEXT NOT NULL, 
	confidential JSON NOT NULL, 
	findings TEXT NOT NULL, 
	opinion TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	id CHAR(32) NOT NULL, 
	scope VARCHAR(64) NOT NULL, 
	rev INTEGER NOT NULL, 
	deleted_at DATETIME, 
	extra JSON NOT NULL, 
	edited_at DATETIME, 
	source_id TEXT NOT NULL, 
	import_batch_id CHAR(32), 
	author_id TEXT NOT NULL, 
	author_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, home_unit TEXT DEFAULT '' NOT NULL, team TEXT DEFAULT '' NOT NULL, team_field TEXT DEFAULT '' NOT NULL, commissioner_kind TEXT DEFAULT '' NOT NULL, service_mode TEXT DEFAULT '' NOT NULL, term_from DATE, term_to DATE, services JSON DEFAULT '[]' NOT NULL, solved BOOLEAN DEFAULT 0 NOT NULL, track_until DATE, training_heads INTEGER, training_minutes INTEGER, 
	CONSTRAINT pk_visit PRIMARY KEY (id)
);
INSERT INTO "achievement" VALUES ('断路器触点温升控制','银镍材料。','[]','','[]','','','','[]',NULL,'',NULL,'','','[{"kind": "invention", "number": "ZL202610000000.0", "holder": "", "granted_on": "", "ipc": "", "expires_on": ""}]','[]',80000000,0,0,0,'','','','dlqcdwskz duanluqichudianwenshengkongzhi','01a20ee507ef756c8932ad7a81912966','team:7',0,NULL,'{}','2026-11-24 18:50:20.527345','',NULL,'u-lin','林样例','2026-11-24 18:50:20.527345');
INSERT INTO "alembic_version" VALUES ('0007');
INSERT INTO "contact" VALUES ('01a20ee507da77b99f4a5ec5c053cdea','王样例','主任','13800000000','',NULL,'01a20ee507de7027b3a97eeb9b18d70e','county:330382',0,NULL,'{}','2026-11-24 18:50:20.510706','u-lin','林样例','2026-11-24 18:50:20.510706');
INSERT INTO "enterprise" VALUES ('甲样例电气厂','','330382','','[]','','','',NULL,'','','','[]','jyldqc jiayanglidianqichang','01a20ee507da77b99f4a5ec5c053cdea','county:330382',0,NULL,'{}','2026-11-24 18:50:20.506005','',NULL,'u-lin','林样例','2026-11-24 18:50:20.506005','','','','甲样例电气','[]',NULL);
INSERT INTO "follow_up" VALUES ('01a20ee507df70529e6aaa167894b631','01a20ee507da77b99f4a5ec5c053cdea','寄资料','林样例',NULL,NULL,'01a20ee507e67651b11c686d83c15a2e','team:7',0,NULL,'{}','2026-11-24 18:50:20.518481','u-lin','林样例','2026-11-24 18:50:20.518481');
INSERT INTO "match" VALUES ('','01a20ee507ec72d981f6df7b8d1f4499','01a20ee507ef756c8932ad7a81912966','suggested',6100,'[{"term": "\u6e29\u5347", "share": 6100, "field": "title", "via": "word"}]','{}','[]',0,'','',NULL,NULL,0,NULL,'01a20ee507f0721a9da7309ec2ac02e8','team:7',0,NULL,'{}','2026-11-24 18:50:20.528342','u-lin','林样例','2026-11-24 18:50:20.528342');
INSERT INTO "need" VALUES ('XQ-330382-2026-1F4499','01a20ee507da77b99f4a5ec5c053cdea','01a20ee507df70529e6aaa167894b631','断路器触点温升','降低触点温升。','[]','','raw','[]','["\u65ad\u8def\u5668", "\u6e29\u5347"]','','','[{"name": "\u5408\u683c\u7387", "now": "91%", "target": "98%", "unit": "", "standard": "", "confidential": true}]','',30000000,60000000,NULL,'','','','',0,'[]','','',NULL,NULL,NULL,'dlqcdws duanluqichudianwensheng','01a20ee507ec72d981f6df7b8d1f4499','team:7',0,NULL,'{}','2026-11-24 18:50:20.526293','',NULL,'u-lin','林样例','2026-11-24 18:50:20.524813');
INSERT INTO "note_revision" VALUES ('01a20ee507df70529e6aaa167894b631',1,'合格率应为 92%。','当场听错了','01a20ee507eb74d89df5cffc4bbdbbc5','team:7',0,NULL,'{}','2026-11-24 18:50:20.523070','u-lin','林样例','2026-11-24 18:50:20.523070');
INSERT INTO "outbox" VALUES (1,'01a20ee507dc775dab29982c3ad2c94f','01a20ee507da77b99f4a5ec5c053cdea','enterprise','county:330382','put','{"name": [null, "\u7532\u6837\u4f8b\u7535\u6c14\u5382"], "county": [null, "330382"], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.506005Z"]}','2026-11-24 18:50:20.508520',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (2,'01a20ee507df70529e6aaa151c608575','01a20ee507de7027b3a97eeb9b18d70e','contact','county:330382','put','{"enterprise_id": [null, "01a20ee5-07da-77b9-9f4a-5ec5c053cdea"], "name": [null, "\u738b\u6837\u4f8b"], "position": [null, "\u4e3b\u4efb"], "phone": [null, "13800000000"], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.510706Z"]}','2026-11-24 18:50:20.511342',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (3,'01a20ee507e0779c9d4b3e223f801d11','01a20ee507df70529e6aaa167894b631','visit','team:7','put','{"enterprise_id": [null, "01a20ee5-07da-77b9-9f4a-5ec5c053cdea"], "role": [null, "broker"], "state": [null, "recorded"], "started_at": [null, "2026-11-23T01:30:00Z"], "is_late": [null, false], "met": [null, [{"name": "\u738b\u6837\u4f8b", "position": "", "phone": ""}]], "note": [null, "\u65ad\u8def\u5668\u89e6\u70b9\u6e29\u5347\u9ad8\uff0c<b>\u73b0\u5728</b>\u5408\u683c\u7387 91%\u3002\n\u4f9b\u5e94\u5546\u522b\u5f80\u5916\u8bf4 \ud83d\ude00"], "confidential": [null, [{"start": 27, "length": 7}]], "revision": [null, 2], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.511663Z"], "number": [null, "ZF-330382-2026-94B631"], "recorded_at": [null, "2026-11-23T04:30:00Z"]}','2026-11-24 18:50:20.512526',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (4,'01a20ee507e5708cbe109ca46f1e741c','01a20ee507e4730e84542ee4d783c86d','referral_request','team:7','put','{"visit_id": [null, "01a20ee5-07df-7052-9e6a-aa167894b631"], "enterprise_id": [null, "01a20ee5-07da-77b9-9f4a-5ec5c053cdea"], "text": [null, "\u60f3\u8d37\u6b3e"], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.516852Z"]}','2026-11-24 18:50:20.517434',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (5,'01a20ee507e7722883b0a6d10aefebd4','01a20ee507e67651b11c686d83c15a2e','follow_up','team:7','put','{"visit_id": [null, "01a20ee5-07df-7052-9e6a-aa167894b631"], "enterprise_id": [null, "01a20ee5-07da-77b9-9f4a-5ec5c053cdea"], "text": [null, "\u5bc4\u8d44\u6599"], "who": [null, "\u6797\u6837\u4f8b"], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.518481Z"]}','2026-11-24 18:50:20.519033',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (6,'01a20ee507e97501ae561b62480b302b','01a20ee507e87434b351544cf8e5c1f1','state_move','team:7','put','{"record_kind": [null, "visit"], "record_id": [null, "01a20ee5-07df-7052-9e6a-aa167894b631"], "from_state": [null, "draft"], "to_state": [null, "recorded"], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.520311Z"]}','2026-11-24 18:50:20.521173',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (7,'01a20ee507eb74d89df5cffd8e22e7b9','01a20ee507eb74d89df5cffc4bbdbbc5','note_revision','team:7','put','{"visit_id": [null, "01a20ee5-07df-7052-9e6a-aa167894b631"], "ordinal": [null, 1], "text": [null, "\u5408\u683c\u7387\u5e94\u4e3a 92%\u3002"], "reason": [null, "\u5f53\u573a\u542c\u9519\u4e86"], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.523070Z"]}','2026-11-24 18:50:20.523857',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (8,'01a20ee507ed707fac68b9103c42585a','01a20ee507ec72d981f6df7b8d1f4499','need','team:7','put','{"enterprise_id": [null, "01a20ee5-07da-77b9-9f4a-5ec5c053cdea"], "visit_id": [null, "01a20ee5-07df-7052-9e6a-aa167894b631"], "title": [null, "\u65ad\u8def\u5668\u89e6\u70b9\u6e29\u5347"], "text": [null, "\u964d\u4f4e\u89e6\u70b9\u6e29\u5347\u3002"], "state": [null, "raw"], "keywords": [null, ["\u65ad\u8def\u5668", "\u6e29\u5347"]], "metrics": [null, [{"name": "\u5408\u683c\u7387", "now": "91%", "target": "98%", "unit": "", "standard": "", "confidential": true}]], "budget_low": [null, 30000000], "budget_high": [null, 60000000], "use_then_pay": [null, false], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.524813Z"], "number": [null, "XQ-330382-2026-1F4499"]}','2026-11-24 18:50:20.525712',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (9,'01a20ee507f0721a9da7309d349f9584','01a20ee507ef756c8932ad7a81912966','achievement','team:7','put','{"title": [null, "\u65ad\u8def\u5668\u89e6\u70b9\u6e29\u5347\u63a7\u5236"], "abstract": [null, "\u94f6\u954d\u6750\u6599\u3002"], "ip": [null, [{"kind": "invention", "number": "ZL202610000000.0", "holder": "", "granted_on": "", "ipc": "", "expires_on": ""}]], "price": [null, 80000000], "service_achievement": [null, false], "separate_ledger": [null, false], "use_then_pay": [null, false], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.527345Z"]}','2026-11-24 18:50:20.528119',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES (10,'01a20ee507f17335b249ccd7f53dcc9e','01a20ee507f0721a9da7309ec2ac02e8','match','team:7','put','{"need_id": [null, "01a20ee5-07ec-72d9-81f6-df7b8d1f4499"], "achievement_id": [null, "01a20ee5-07ef-756c-8932-ad7a81912966"], "state": [null, "suggested"], "score": [null, 6100], "reasons": [null, [{"term": "\u6e29\u5347", "share": 6100, "field": "title", "via": "word"}]], "pool_size": [null, 0], "needs_nda": [null, false], "author_id": [null, "u-lin"], "author_name": [null, "\u6797\u6837\u4f8b"], "created_at": [null, "2026-11-24T18:50:20.528342Z"]}','2026-11-24 18:50:20.528965',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "profile_value" VALUES ('profile','{"user_id": "u-lin", "name": "\u6797\u6837\u4f8b", "title": "", "role": "broker", "organisation": "", "team": "7", "team_name": "", "county": "330382", "phone": "", "address": "", "is_curator": false, "is_sample": false}');
INSERT INTO "referral_request" VALUES ('01a20ee507df70529e6aaa167894b631','01a20ee507da77b99f4a5ec5c053cdea','','想贷款','',NULL,NULL,'01a20ee507e4730e84542ee4d783c86d','team:7',0,NULL,'{}','2026-11-24 18:50:20.516852','u-lin','林样例','2026-11-24 18:50:20.516852');
INSERT INTO "server_record" VALUES ('team:7','01a20ee507ec72d981f6df7b8d1f4499','need',3,'h64:0011223344556677',NULL);
INSERT INTO "state_move" VALUES ('visit','01a20ee507df70529e6aaa167894b631','draft','recorded','','01a20ee507e87434b351544cf8e5c1f1','team:7',0,NULL,'{}','2026-11-24 18:50:20.520311','u-lin','林样例','2026-11-24 18:50:20.520311');
INSERT INTO "sync_scope" VALUES ('team:7','3:',1,1,'00000000000000ff',0);
INSERT INTO "visit" VALUES ('ZF-330382-2026-94B631','01a20ee507da77b99f4a5ec5c053cdea','broker','recorded','','2026-11-23 01:30:00.000000',NULL,'2026-11-23 04:30:00.000000','',0,'[]','[]','[{"name": "\u738b\u6837\u4f8b", "position": "", "phone": ""}]','断路器触点温升高，<b>现在</b>合格率 91%。
供应商别往外说 😀','[{"start": 27, "length": 7}]','','',2,'01a20ee507df70529e6aaa167894b631','team:7',0,NULL,'{}','2026-11-24 18:50:20.523070','',NULL,'u-lin','林样例','2026-11-24 18:50:20.511663','','','','','',NULL,NULL,'[]',0,NULL,NULL,NULL);
CREATE INDEX ix_achievement_deleted_at ON achievement (deleted_at);
CREATE INDEX ix_achievement_import_batch_id ON achievement (import_batch_id);
CREATE INDEX ix_achievement_list ON achievement (deleted_at, created_at, source_id, id);
CREATE INDEX ix_achievement_owner ON achievement (owner);
CREATE INDEX ix_achievement_scope ON achievement (scope);
CREATE INDEX ix_achievement_source_id ON achievement (source_id);
CREATE INDEX ix_achievement_title ON achievement (title);
CREATE INDEX ix_acknowledged_operation_acknowledged_at ON acknowledged_operation (acknowledged_at);
CREATE INDEX ix_acknowledged_operation_record_id ON acknowledged_operation (record_id);
CREATE INDEX ix_attachment_deleted_at ON attachment (deleted_at);
CREATE INDEX ix_attachment_parent_id ON attachment (parent_id);
CREATE INDEX ix_attachment_scope ON attachment (scope);
CREATE INDEX ix_attachment_sha256 ON attachment (sha256);
CREATE INDEX ix_contact_deleted_at ON contact (deleted_at);
CREATE INDEX ix_contact_enterprise_id ON contact (enterprise_id);
CREATE INDEX ix_contact_import_batch_id ON contact (import_batch_id);
CREATE INDEX ix_contact_scope ON contact (scope);
CREATE INDEX ix_enterprise_county ON enterprise (county);
CREATE INDEX ix_enterprise_credit_code ON enterprise (credit_code);
CREATE INDEX ix_enterprise_deleted_at ON enterprise (deleted_at);
CREATE INDEX ix_enterprise_import_batch_id ON enterprise (import_batch_id);
CREATE INDEX ix_enterprise_lookup ON enterprise (deleted_at, name, pinyin, credit_code, address, id);
CREATE INDEX ix_enterprise_name ON enterprise (name);
CREATE INDEX ix_enterprise_name_key ON enterprise (name_key);
CREATE INDEX ix_enterprise_scope ON enterprise (scope);
CREATE INDEX ix_enterprise_source_id ON enterprise (source_id);
CREATE INDEX ix_firm_alias_merged_at ON firm_alias (merged_at);
CREATE INDEX ix_firm_alias_new ON firm_alias (new);
CREATE INDEX ix_follow_up_deleted_at ON follow_up (deleted_at);
CREATE INDEX ix_follow_up_due ON follow_up (due);
CREATE INDEX ix_follow_up_enterprise_id ON follow_up (enterprise_id);
CREATE INDEX ix_follow_up_scope ON follow_up (scope);
CREATE INDEX ix_follow_up_visit_id ON follow_up (visit_id);
CREATE INDEX ix_match_achievement_id ON "match" (achievement_id);
CREATE INDEX ix_match_deleted_at ON "match" (deleted_at);
CREATE INDEX ix_match_need_id ON "match" (need_id);
CREATE INDEX ix_match_number ON "match" (number);
CREATE INDEX ix_match_scope ON "match" (scope);
CREATE INDEX ix_match_state ON "match" (state);
CREATE INDEX ix_need_common_need_id ON need (common_need_id);
CREATE INDEX ix_need_deleted_at ON need (deleted_at);
CREATE INDEX ix_need_enterprise_id ON need (enterprise_id);
CREATE INDEX ix_need_import_batch_id ON need (import_batch_id);
CREATE INDEX ix_need_number ON need (number);
CREATE INDEX ix_need_scope ON need (scope);
CREATE INDEX ix_need_source_id ON need (source_id);
CREATE INDEX ix_need_state ON need (state);
CREATE INDEX ix_need_visit_id ON need (visit_id);
CREATE INDEX ix_note_revision_deleted_at ON note_revision (deleted_at);
CREATE INDEX ix_note_revision_scope ON note_revision (scope);
CREATE INDEX ix_note_revision_visit_id ON note_revision (visit_id);
CREATE INDEX ix_outbox_parked ON outbox (seq) WHERE parked IS NOT NULL;
CREATE INDEX ix_outbox_record_id ON outbox (record_id);
CREATE INDEX ix_outbox_sent_at ON outbox (sent_at);
CREATE INDEX ix_personal_export_at ON personal_export (at);
CREATE INDEX ix_published_need_deleted_at ON published_need (deleted_at);
CREATE INDEX ix_published_need_number ON published_need (number);
CREATE INDEX ix_published_need_scope ON published_need (scope);
CREATE INDEX ix_published_need_state ON published_need (state);
CREATE INDEX ix_referral_request_deleted_at ON referral_request (deleted_at);
CREATE INDEX ix_referral_request_enterprise_id ON referral_request (enterprise_id);
CREATE INDEX ix_referral_request_scope ON referral_request (scope);
CREATE INDEX ix_referral_request_visit_id ON referral_request (visit_id);
CREATE INDEX ix_server_record_id ON server_record (id);
CREATE INDEX ix_server_record_kind ON server_record (kind);
CREATE INDEX ix_state_move_deleted_at ON state_move (deleted_at);
CREATE INDEX ix_state_move_record_id ON state_move (record_id);
CREATE INDEX ix_state_move_scope ON state_move (scope);
CREATE INDEX ix_sync_round_started_at ON sync_round (started_at);
CREATE INDEX ix_term_deleted_at ON term (deleted_at);
CREATE INDEX ix_term_lay ON term (lay);
CREATE INDEX ix_term_origin ON term (origin);
CREATE INDEX ix_term_scope ON term (scope);
CREATE INDEX ix_visit_deleted_at ON visit (deleted_at);
CREATE INDEX ix_visit_enterprise_id ON visit (enterprise_id);
CREATE INDEX ix_visit_import_batch_id ON visit (import_batch_id);
CREATE INDEX ix_visit_list ON visit (deleted_at, started_at);
CREATE INDEX ix_visit_number ON visit (number);
CREATE INDEX ix_visit_of_firm ON visit (enterprise_id, deleted_at, started_at, state);
CREATE INDEX ix_visit_scope ON visit (scope);
CREATE INDEX ix_visit_source_id ON visit (source_id);
CREATE INDEX ix_visit_started_at ON visit (started_at);
CREATE INDEX ix_visit_state ON visit (state);
CREATE TRIGGER visit_note_is_final BEFORE UPDATE OF note ON visit
WHEN OLD.state NOT IN ('draft', 'planned', 'in_progress') AND NEW.note IS NOT OLD.note
BEGIN SELECT RAISE(ABORT, 'the raw note of a recorded visit never changes'); END;
PRAGMA user_version = 7;
