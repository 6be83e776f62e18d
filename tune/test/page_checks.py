"""What holds of any page that pmem-tune makes, checked in a browser: its numbers
read as what they are, it is readable in light and dark on a desk, a phone and
paper, and nothing comes from elsewhere.
"""
import os
import re
import sys

UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "GB/s": 1, "B": 1, "KiB": 1 << 10,
         "MiB": 1 << 20, "%": 1, "×": 1, "KB": 1,
         "": 1}


def check(condition, message):
    if not condition:
        raise SystemExit(f"{os.path.basename(sys.argv[0])}: {message}")


def read_rows(path):
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n") for line in f if not line.startswith("#")]
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"))) for line in lines[1:]]


def parse_shown(text):
    """A number as the page writes it, and half a unit of its last digit."""
    number, unit = re.fullmatch(r"([+−]?[0-9.]+)\s*([^0-9.]*)",
                                text).groups()
    decimals = len(number.partition(".")[2])
    scale = UNITS[unit]
    return (float(number.replace("−", "-")) * scale,
            0.5001 * 10 ** -decimals * scale)


def check_shown(where, text, value):
    shown, half = parse_shown(text)
    check(abs(shown - value) <= half,
          f"{where}: shown as {text}, but the page holds {value}")


# Ratio of luminances of the ink and the paper of every text on the page.
CONTRAST_SCRIPT = """
const parse = c => (c.match(/[0-9.]+/g) || []).map(Number);
const light = ([r, g, b]) => {
  const f = v => (v /= 255) <= 0.03928 ? v / 12.92 :
      Math.pow((v + 0.055) / 1.055, 2.4);
  return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
};
const paper = e => {
  for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
let worst = [99, ''];
for (const e of document.querySelectorAll(
    'h1,h2,h3,p,td,th,dt,dd,small,summary,figcaption,.badge,svg.plot text')) {
  if (!e.textContent.trim()) continue;
  const style = getComputedStyle(e);
  const ink = parse(e.tagName === 'text' ? style.fill : style.color);
  const a = light(ink), b = light(paper(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < worst[0]) worst = [ratio, e.tagName + ' ' + e.textContent];
}
return worst;
"""


def check_all_shown(page, least):
    """Any number on the page reads as what it is."""
    data = page.run("return [...document.querySelectorAll('data')]"
                    ".map(e => [+e.value, e.textContent])")
    check(len(data) >= least, f"only {len(data)} numbers on the page")
    for value, text in data:
        if not text.startswith(("<", ">")):
            check_shown("page", text, value)


def check_looks(page):
    for width in (1100, 980, 800, 390):
        for scheme in ("light", "dark"):
            page.size(width, 900)
            page.scheme(scheme)
            wide = page.run("return document.documentElement.scrollWidth")
            check(wide <= width, f"{scheme}, {width} pixels: {wide} wide")
            ratio, what = page.run(CONTRAST_SCRIPT)
            check(ratio >= 4.5, f"{scheme}: contrast {ratio:.1f} of {what}")
            paper = page.run(
                "return getComputedStyle(document.body).backgroundColor")
            light = int(re.search(r"\d+", paper).group()) > 127
            check(light == (scheme == "light"), f"{scheme}: paper is {paper}")


def check_print(page):
    page.size(720, 1000)  # A4 within its margins, at 96 pixels an inch
    page.devtools("Emulation.setEmulatedMedia", media="print")
    wide = page.run("return document.documentElement.scrollWidth")
    check(wide <= 720, f"on paper: {wide} pixels wide")


def check_offline(page, path, directory):
    address = "file://" + path
    asked = page.requests(address)
    check(asked == [address], f"the page asked for {asked}")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    found = re.search(r"(src|href|srcset|action)=\"(https?:|//)"
                      r"|url\(|@import|<script|<link|<img", text)
    check(not found, f"the page refers to {found and found.group()}")
    for entry in page.log("browser"):
        check(False, f"the browser complains: {entry['message']}")
    for name in os.listdir(directory):
        check(not re.search(r"\.(html|svg)\.", name), f"{name} was left over")
