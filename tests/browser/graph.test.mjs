// The page of `graphgrant graph`, by clicking and by keyboard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { example, file, hostile, launch, open, overflows, picture, run } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const text = (page, selector) => page.$eval(selector, (it) => it.innerText);
const texts = (page, selector) => page.$$eval(selector, (all) => all.map((it) => it.innerText));
const entry = (kind, part) => `::-p-xpath(//ul[@id="${kind}s"]//li[not(@hidden)]/button[contains(., "${part}")])`;
const linked = "#permissions li:not([hidden]) .linked";

test("an operation shows what serves it, a permission what it is for", async () => {
  const { page, faults } = await open(browser, "bot.html", run("graph", example("teams-bot")));
  assert.match(await text(page, "#summary"), /Delegated: 8 permissions in the plan/);
  await picture(page, "graph.png");

  await page.click(entry("operation", "GET /me/joinedTeams"));
  assert.match(await text(page, "#detail"), /What serves it[\s\S]*Team\.ReadBasic\.All: chosen/i);
  assert.match((await texts(page, linked)).join(), /^Team\.ReadBasic\.All/);
  assert.ok((await page.$$("#lines path.chosen")).length >= 1);
  await picture(page, "graph-operation.png");

  await page.click(entry("permission", "ChannelMessage.Read.All"));
  const detail = await text(page, "#detail");
  assert.match(detail, /in the plan/);
  assert.match(detail, /Serves[\s\S]*GET \/teams\/\{id\}\/channels\/\{id\}\/messages/i);
  assert.match(detail, /Opens beyond the manifest: [1-9]/i);
  assert.match(detail, /Directly contained in/i);
  await picture(page, "graph-permission.png");

  await page.click(entry("permission", "ChannelMessage.Read.All"));
  assert.match(await text(page, "#detail"), /Nothing is selected/);
  assert.deepEqual(faults, []);
});

test("the access is switched", async () => {
  const { page, faults } = await open(browser, "access.html", run("graph", example("teams-bot")));
  await page.click('#accesses button[data-access="application"]');
  assert.match(await text(page, "#summary"), /App-only: 5 permissions/);
  const shown = await texts(page, "#permissions li:not([hidden]) .planned");
  assert.ok(shown.some((it) => it.startsWith("TeamsActivity.Send")));
  assert.ok(!shown.some((it) => it.startsWith("ChatMessage.Send")));
  assert.deepEqual(faults, []);
});

test("searching narrows both lists, and Escape undoes it", async () => {
  const { page, faults } = await open(browser, "search.html", run("graph", example("mail-add-in")));
  await page.keyboard.press("/");
  await page.keyboard.type("contacts");
  assert.equal((await texts(page, "#operations li:not([hidden])")).length, 1);
  assert.match(await text(page, "#operations-count"), /1 of 10/);
  await page.keyboard.press("Escape");
  assert.match(await text(page, "#operations-count"), /10 of 10/);
  assert.deepEqual(faults, []);
});

test("the keyboard alone reaches everything", async () => {
  const { page, faults } = await open(browser, "keys.html", run("graph", example("mail-add-in")));
  await page.focus("#search");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.match(await text(page, "#detail"), /GET \/me\/messages\/\{id\}/);
  await page.keyboard.press("ArrowRight");
  assert.match(await page.evaluate(() => document.activeElement.innerText), /^Mail\.ReadWrite/);
  await page.keyboard.press("Enter");
  assert.match(await text(page, "#detail h2"), /Mail\.ReadWrite/);
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.evaluate(() => document.activeElement.closest("ul").id), /operations/);
  const order = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let step = 0; step < 3; step += 1) {
    await page.keyboard.press("Tab");
    order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.innerText));
  }
  assert.ok(order.every(Boolean), order.join());
  assert.deepEqual(faults, []);
});

test("links in the details lead on", async () => {
  const { page, faults } = await open(browser, "links.html", run("graph", example("mail-add-in")));
  await page.click(entry("operation", "GET /me/contacts"));
  await page.click('::-p-xpath(//section[@id="detail"]//button[.="Contacts.Read"])');
  assert.match(await text(page, "#detail h2"), /Contacts\.Read/);
  await page.click("#related");
  assert.equal((await texts(page, "#operations li:not([hidden])")).length, 1);
  assert.deepEqual(faults, []);
});

test("nothing of the manifest becomes markup", async () => {
  const manifest = file("hostile.yaml", JSON.stringify({
    app: { name: hostile },
    operations: [{ request: `GET /me/drive/root:/${hostile.replaceAll(" ", "-")}:/content`, reason: hostile }],
  }));
  const { page, faults } = await open(browser, "hostile.html", run("graph", manifest));
  await page.click("#operations button");
  assert.equal(await page.$$eval("img, script:not([type]):not(:last-of-type)", (all) => all.length), 0);
  assert.ok((await text(page, "h1")).includes("<script>alert(1)</script>"));
  assert.ok((await text(page, "#detail")).includes("onerror=alert(2)"));
  assert.deepEqual(faults, []);
});

test("five hundred operations stay readable", async () => {
  const { operations } = JSON.parse(run("catalog", "export"));
  const step = Math.floor(operations.length / 500);
  const chosen = operations.filter((_, index) => index % step === 0).slice(0, 500);
  const manifest = file("large.yaml", JSON.stringify({
    operations: chosen.map((it) => `${it.method} ${it.path}`),
  }));
  const html = run("graph", manifest);
  const start = performance.now();
  const { page, faults } = await open(browser, "large.html", html);
  const opened = performance.now();
  assert.equal((await page.$$("#operations button")).length, 500);
  assert.equal((await page.$$("#lines path")).length, 0, "no lines without a selection");
  const isFramed = await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight + 1);
  assert.ok(isFramed, "the lists scroll, not the page");
  await page.click("#operations li:nth-child(200) button");
  const clicked = performance.now();
  assert.ok((await page.$$("#lines path")).length < 40);
  await picture(page, "graph-large.png");
  await page.focus("#search");
  await page.keyboard.type("mail");
  const searched = performance.now();
  assert.notEqual(await text(page, "#operations-count"), "500 of 500");
  console.log(`page of ${(html.length / 1e6).toFixed(1)} MB: opened in ${Math.round(opened - start)} ms, ` +
    `a click took ${Math.round(clicked - opened)} ms, typing four letters ${Math.round(searched - clicked)} ms`);
  assert.deepEqual(faults, []);
});

test("it fits a phone", async () => {
  const { page, faults } = await open(browser, "phone.html", run("graph", example("teams-bot")), { width: 390, height: 844 });
  assert.equal(await overflows(page), false);
  await page.click(entry("operation", "GET /users"));
  await picture(page, "graph-phone.png", true);
  assert.deepEqual(faults, []);
});
