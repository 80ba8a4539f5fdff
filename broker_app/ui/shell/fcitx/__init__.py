"""Typing Chinese with fcitx, the input method of most Chinese Linux desktops.

Qt as we ship it knows ibus only: fcitx's own plugin needs private symbols of the very Qt it was built for. So we speak
fcitx's D-Bus interface ourselves. Nothing starts where Qt has an input method of its own or no fcitx runs.
"""

from broker_app.ui.shell.fcitx.client import FcitxInput, start_fcitx

__all__ = ["FcitxInput", "start_fcitx"]
