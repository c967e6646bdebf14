// What the browser tests share: the program, a folder to write pages to, and a browser that reports all it
// does. A page may not ask for anything but itself, and may not complain.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "graphgrant-browser-"));
export const program = process.env.GRAPHGRANT ?? join(root, "target/debug/graphgrant");
export const example = (name) => join(root, "examples", name, "graphgrant.yaml");

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = process.env.CHROMIUM ?? browsers.find(existsSync);
  if (!executablePath) throw new Error("no Chromium is installed; .ci/browser.sh installs one");
  return puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

// Runs the program, and returns what it prints. 1 tells that an operation is unknown or unsupported.
export function run(...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return stdout;
}

// Writes a file of a test, and returns its path.
export function file(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

// Opens a text as a page of its own. `faults` collects what it must not do.
export async function open(browser, name, html, { width = 1280, height = 900 } = {}) {
  const url = pathToFileURL(file(name, html)).href;
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  const faults = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}

// Keeps a picture where GRAPHGRANT_PICTURES names a folder.
export async function picture(page, name, fullPage = false) {
  const pictures = process.env.GRAPHGRANT_PICTURES;
  if (pictures) await page.screenshot({ path: join(pictures, name), fullPage });
}

// Whether the page is wider than its window, which a reader would have to scroll.
export const overflows = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);

export const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>"'\`|@all \${1} {{1}}`;
