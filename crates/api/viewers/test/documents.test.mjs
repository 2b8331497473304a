// Opens each document in each viewer, in headless Chromium, against a real server: everything is
// shown, nothing is complained about, nobody else is called, and a request can be sent.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";

import { Server } from "./server.mjs";
import { complete, operations, rendered, send } from "./viewers.mjs";

// What is sent from the page of a document: a path that answers 200 to every key.
const CALLS = {
  "/v1.1": { path: "/v1.1/accounts", values: {} },
  "/v1.3": { path: "/v1.3/accounts", values: { page_size: "5" } },
  "/api/1": { path: "/api/1/annotation-types", values: {} },
  "/v3.0": { path: "/v3.0/agent_events", values: { timestamp_from: "2026-01-01" } },
};
const VIEWERS = ["swagger", "rapidoc", "redoc"];
const PICTURES = new URL("../pictures/", import.meta.url).pathname;
const OPTIONS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let server;
let browser;

// A page of its own with all that must not happen on it.
async function open(path) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (problem) => complaints.push(`error on the page: ${problem.stack}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    const isOurs = origin === server.origin || protocol === "data:";
    if (!isOurs) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(server.origin + path);
  return { page, complaints, picture: (name) => page.screenshot({ path: `${PICTURES}${name}.png` }) };
}

async function documentOf(base) {
  const response = await fetch(`${server.origin}${base}/openapi.json`);
  assert.equal(response.status, 200);
  return response.json();
}

// Two at once: the machines that run this have two cores.
describe("documents in viewers", { concurrency: 2 }, () => {
  before(async () => {
    await mkdir(PICTURES, { recursive: true });
    server = await Server.start(process.env.SWITCHBOARD);
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: OPTIONS });
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const [base, call] of Object.entries(CALLS)) {
    const name = base.slice(1).replaceAll("/", "-");

    test(`${base} has a page that leads to its viewers and to the other documents`, async () => {
      const { page, complaints, picture } = await open(`${base}/docs`);
      const hrefs = await page.$$eval("a", (links) => links.map((link) => link.getAttribute("href")));
      for (const viewer of VIEWERS) assert.ok(hrefs.includes(`${base}/docs/${viewer}`), viewer);
      for (const other of Object.keys(CALLS)) assert.ok(hrefs.includes(`${other}/docs`), other);
      for (const href of hrefs) {
        const response = await fetch(server.origin + href);
        assert.equal(response.status, 200, href);
      }
      await picture(`${name}-overview`);
      assert.deepEqual(complaints, []);
      await page.context().close();
    });

    for (const viewer of VIEWERS) {
      test(`${base} is shown whole by ${viewer}, which sends requests`, async () => {
        const spec = await documentOf(base);
        const expected = operations(spec).map(([operation]) => operation).sort();
        const { page, complaints, picture } = await open(`${base}/docs/${viewer}`);
        await complete[viewer](page, expected.length);
        assert.deepEqual((await rendered[viewer](page, spec)).sort(), expected);
        await picture(`${name}-${viewer}`);
        assert.deepEqual(complaints, []);

        assert.equal(await send[viewer](page, call), 401);
        // The browser itself writes this line for every answer of 400 and more.
        const [line, ...others] = complaints.splice(0);
        assert.match(line, /status of 401/);
        assert.deepEqual(others, []);
        await page.reload();
        await complete[viewer](page, expected.length);
        assert.equal(await send[viewer](page, { ...call, key: server.key }), 200);
        await picture(`${name}-${viewer}-sent`);
        assert.deepEqual(complaints, []);
        await page.context().close();
      });
    }
  }
});
