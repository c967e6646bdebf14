// The page of `graphgrant compare`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { example, file, hostile, launch, open, overflows, picture, run } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const page_of = (manifest) => run("compare", manifest, "--format", "html");

for (const width of [1280, 390]) {
  test(`it reads well at ${width} pixels`, async () => {
    const html = page_of(example("teams-bot"));
    const { page, faults } = await open(browser, `compare-${width}.html`, html, { width });
    assert.equal(await overflows(page), false);
    assert.match(await page.$eval(".verdict", (it) => it.innerText), /Use a mixed plan/);
    assert.equal(await page.$$eval("tr.decides", (all) => all.length), 1);
    await picture(page, `compare-${width}.png`, true);
    assert.deepEqual(faults, []);
  });
}

test("nothing of the manifest becomes markup", async () => {
  const manifest = file("compare-hostile.yaml", JSON.stringify({
    app: { name: hostile },
    operations: [`GET /me/drive/root:/${hostile.replaceAll(" ", "-")}:/content`],
  }));
  const { page, faults } = await open(browser, "compare-hostile.html", page_of(manifest));
  assert.equal(await page.$$eval("img, script", (all) => all.length), 0);
  assert.ok((await page.$eval("h1", (it) => it.innerText)).includes("<script>alert(1)</script>"));
  assert.deepEqual(faults, []);
});
