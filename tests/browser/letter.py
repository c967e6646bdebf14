"""Looks at the consent letter in a real browser.

Usage: letter.py PROGRAM BROWSER FOLDER. For each manifest under examples/ and a hostile one the letter is opened
at the widths of a desktop, a tablet and a phone, and the page is asked whether it scrolls sideways and whether
anything but its own text is in it. Screenshots and a printed PDF go to FOLDER.
"""

import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile

WIDTHS = {1280: "desktop", 768: "tablet", 390: "phone"}
HEIGHT = 4200
# The largest example asks for 13 permissions.
MOST_PAGES = 2

HOSTILE = r"""
app:
  name: 'Evil"''><script>document.title="ran"</script><img src=x onerror=document.title="ran">${7*7}{{ 7*7 }}$(id)'
  audience: AzureADMyOrg
access: [delegated, application]
profiles:
  'p"><svg onload=document.title="ran">':
    reason: '</style><style>*{display:none}</style>'
operations:
  - request: GET /me
    access: delegated
    reason: "</p></article><script>document.title='ran'</script> ![x](https://evil.example/x.png) @everyone"
  - request: GET /me/messages
    access: delegated
    profile: 'p"><svg onload=document.title="ran">'
    reason: "a\nb\r\n<iframe src=https://evil.example></iframe>\u202Egnp.exe"
  - request: GET /users
    access: application
    reason: "AVeryLongWordWithoutAnyPlaceToBreakItAVeryLongWordWithoutAnyPlaceToBreakItAVeryLongWordWithoutAnyPlace"
  - request: GET /no/such/operation<script>
    reason: unknown
"""

# Runs beside the letter, which itself allows no script: it looks into the frame from outside.
PROBE = """
<!doctype html><meta charset="utf-8"><title>waiting</title><body style="margin:0">
<iframe id="f" width="%d" height="%d" style="border:0" srcdoc="%s"></iframe>
<script>
document.getElementById('f').addEventListener('load', () => {
  const page = document.getElementById('f').contentDocument;
  const all = [...page.querySelectorAll('*')];
  const width = page.documentElement.clientWidth;
  const wide = all.filter((e) => e.getBoundingClientRect().right > width + 1)
    .map((e) => e.tagName + '.' + e.className);
  const answer = {
    width,
    scroll: page.documentElement.scrollWidth,
    wide,
    tags: [...new Set(all.map((e) => e.tagName))],
    title: page.title,
    handlers: all.filter((e) => [...e.attributes].some((a) => a.name.startsWith('on'))).length,
    links: all.filter((e) => e.hasAttribute('src') || e.hasAttribute('href')).length,
    shown: page.body.getBoundingClientRect().height,
    heading: page.querySelector('h1').textContent,
  };
  const out = document.createElement('pre');
  out.id = 'answer';
  out.textContent = JSON.stringify(answer);
  document.body.append(out);
});
</script>
"""

ALLOWED = set(
    "HTML HEAD META TITLE STYLE BODY MAIN HEADER FOOTER SECTION ARTICLE DIV P H1 H2 H3 H4 DL DT DD UL OL LI "
    "CODE SPAN EM B".split()
)


def browse(browser, profile, *arguments):
    command = [
        browser,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        f"--user-data-dir={profile}",
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def letter(program, manifest, folder, name):
    target = folder / f"{name}.html"
    command = [program, "consent", "letter", str(manifest), "--format", "html", "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return target.read_text(encoding="utf-8")


def probe(browser, profile, folder, text, width):
    page = folder / "probe.html"
    page.write_text(PROBE % (width, HEIGHT, html.escape(text, quote=True)), encoding="utf-8")
    window = f"--window-size={max(width, 600)},{HEIGHT}"
    dom = browse(browser, profile, window, "--virtual-time-budget=3000", "--dump-dom", page.as_uri())
    found = re.search(r'<pre id="answer">(.*?)</pre>', dom, re.S)
    assert found, "the page did not load"
    return page, json.loads(html.unescape(found.group(1)))


def main():
    program, browser, shots = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    shots.mkdir(parents=True, exist_ok=True)
    root = pathlib.Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        profile = folder / "profile"
        hostile = folder / "hostile.yaml"
        hostile.write_text(HOSTILE, encoding="utf-8")
        manifests = {path.parent.name: path for path in sorted(root.glob("examples/*/graphgrant.yaml"))}
        manifests["hostile"] = hostile
        for name, manifest in manifests.items():
            text = letter(program, manifest, shots, name)
            assert "http-equiv" in text and "default-src 'none'" in text
            for width, kind in WIDTHS.items():
                page, answer = probe(browser, profile, folder, text, width)
                where = f"{name} at {width} ({kind})"
                assert answer["width"] == width, (where, answer)
                assert answer["scroll"] <= width, (where, "scrolls sideways", answer["wide"])
                assert not answer["wide"], (where, "sticks out", answer["wide"])
                assert set(answer["tags"]) <= ALLOWED, (where, set(answer["tags"]) - ALLOWED)
                assert answer["title"] == "Permission request", (where, answer["title"])
                assert answer["handlers"] == 0 and answer["links"] == 0, (where, answer)
                assert answer["shown"] > 300, (where, "is hidden")
                if name == "hostile":
                    assert "<script>" in answer["heading"], (where, answer["heading"])
                    assert "{{ 7*7 }}" in answer["heading"] and "49" not in answer["heading"], where
                shot = f"--screenshot={shots / f'{name}-{width}.png'}"
                browse(browser, profile, f"--window-size={max(width, 600)},{HEIGHT}", shot, page.as_uri())
            pdf = shots / f"{name}.pdf"
            browse(browser, profile, f"--print-to-pdf={pdf}", "--no-pdf-header-footer", (shots / f"{name}.html").as_uri())
            assert pdf.stat().st_size > 5000
            pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
            assert 1 <= pages <= MOST_PAGES, (name, f"{pages} pages, which nobody reads in two minutes")
            print(f"{name}: fine at {', '.join(str(width) for width in WIDTHS)} and in print")


if __name__ == "__main__":
    main()
