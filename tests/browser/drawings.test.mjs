// The DOT and Mermaid forms, read by Graphviz and by Mermaid themselves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { example, file, hostile, launch, run } from "./page.mjs";

const nasty = JSON.stringify({
  app: { name: hostile },
  operations: [`GET /me/drive/root:/${hostile.replaceAll(" ", "-")}:/content`, `GET /users/${"\\\\\\\"];x->y;"}`],
});
const manifests = () => [
  ["plan", example("teams-bot")], ["accepted", example("teams-bot")],
  ["admissible", example("mail-add-in")], ["accepted", file("drawing.yaml", nasty)],
];
const drawn = (format) => manifests().map(([show, manifest]) => run("graph", manifest, "--format", format, "--show", show));
const nodes = (json) => JSON.parse(json).nodes.length;

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test("Graphviz reads the DOT form, node for node", async () => {
  const graphviz = await Graphviz.load();
  const expected = drawn("json").map(nodes);
  drawn("dot").forEach((dot, index) => {
    const { objects } = JSON.parse(graphviz.dot(dot, "json"));
    assert.equal(objects.length, expected[index]);
    assert.ok(graphviz.dot(dot, "svg").includes("</svg>"));
  });
});

test("Mermaid reads its form and draws every node", async () => {
  const page = await browser.newPage();
  await page.addScriptTag({ path: new URL("node_modules/mermaid/dist/mermaid.min.js", import.meta.url).pathname });
  await page.evaluate(() => window.mermaid.initialize({ startOnLoad: false, maxTextSize: 1e6, maxEdges: 5000 }));
  const expected = drawn("json").map(nodes);
  for (const [index, text] of drawn("mermaid").entries()) {
    const svg = await page.evaluate(async (text, id) => (await window.mermaid.render(id, text)).svg, text, `d${index}`);
    assert.equal(svg.match(/class="node /g)?.length, expected[index]);
    const acts = await page.evaluate((svg) => new DOMParser().parseFromString(svg, "text/html")
      .querySelectorAll("script, img, [onerror], a[href]").length, svg);
    assert.equal(acts, 0);
  }
});
