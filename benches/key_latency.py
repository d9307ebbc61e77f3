"""Milliseconds from a key to its picture on the display, of the real program on a virtual one.

python3 benches/key_latency.py target/release/destello SET [WIDTHxHEIGHT [KEYS]]

Wants Xvfb, xdotool and python-xlib. SET is a folder with more candidates than KEYS; the identifier at the right of the
window is watched until it changes.
"""

import os
import subprocess
import sys
import tempfile
import time

from Xlib import XK, X, display
from Xlib.ext import xtest

# Seconds of processor in half a second below which the program rests.
RESTING_S = 0.02
# Where identifiers are: the column of facts, below the classes; pixels from the right and the top, width and height.
WATCHED = (170, 340, 140, 480)


def processor_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_rest(pid):
    last, quiet = processor_s(pid), 0
    for _ in range(240):
        time.sleep(0.5)
        now = processor_s(pid)
        quiet = quiet + 1 if now - last < RESTING_S else 0
        last = now
        if quiet == 4:
            return
    sys.exit("the program does not rest")


def main():
    program, data = sys.argv[1:3]
    size = sys.argv[3] if len(sys.argv) > 3 else "1320x860"
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 80
    width, height = size.split("x")
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    name = ":" + server.stdout.readline().decode().strip()
    home = tempfile.mkdtemp()
    env = dict(os.environ, DISPLAY=name, HOME=home, XDG_RUNTIME_DIR=home)
    env.pop("WAYLAND_DISPLAY", None)
    child = subprocess.Popen([program, data], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def xdotool(*words):
        return subprocess.run(["xdotool", *words], env=env, capture_output=True, text=True).stdout.split()

    window = xdotool("search", "--sync", "--onlyvisible", "--pid", str(child.pid))[-1]
    for words in (["windowsize", window, width, height], ["windowmove", window, "0", "0"], ["windowfocus", window]):
        xdotool(*words)
    wait_for_rest(child.pid)
    screen = display.Display(name)
    root = screen.screen().root
    right = screen.keysym_to_keycode(XK.string_to_keysym("Right"))
    from_right, top, wide, high = WATCHED

    def seen():
        return root.get_image(int(width) - from_right, top, wide, high, X.ZPixmap, 0xFFFFFFFF).data

    before_s = processor_s(child.pid)
    times = []
    for _ in range(count):
        before, start = seen(), time.perf_counter()
        for kind in (X.KeyPress, X.KeyRelease):
            xtest.fake_input(screen, kind, right)
        screen.sync()
        while seen() == before:
            if time.perf_counter() - start > 5:
                sys.exit("a key changed nothing: has the set so many candidates?")
            time.sleep(0.001)
        times.append(1e3 * (time.perf_counter() - start))
        time.sleep(0.35)
    each = 1e3 * (processor_s(child.pid) - before_s) / count
    times.sort()
    at = lambda share: times[min(count - 1, int(share * count))]
    print(
        f"key to picture: median {at(0.5):.0f} ms, 90 % within {at(0.9):.0f} ms, 99 % within {at(0.99):.0f} ms; "
        f"{each:.0f} ms of processor each"
    )
    child.terminate()
    child.wait()
    server.terminate()


if __name__ == "__main__":
    main()
