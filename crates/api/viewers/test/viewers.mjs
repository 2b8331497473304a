// What each viewer shows and how a person sends a request with it.

// Operations as "GET /path", as the page has them.
export const rendered = {
  swagger: (page) =>
    page.$$eval(".opblock", (blocks) =>
      blocks.map((block) => {
        const verb = block.querySelector(".opblock-summary-method").textContent;
        return `${verb} ${block.querySelector(".opblock-summary-path").dataset.path}`;
      }),
    ),
  // Playwright looks into open shadow trees by itself.
  rapidoc: (page) =>
    page.$$eval("rapi-doc api-request", (requests) =>
      requests.map((request) => `${request.getAttribute("method").toUpperCase()} ${request.getAttribute("path")}`),
    ),
  // The page has names of operations, which the document has as well.
  redoc: async (page, spec) => {
    const sections = await page.$$eval('[data-section-id*="operation/"]', (found) =>
      found.map((section) => section.dataset.sectionId.match(/operation\/([^/]+)$/)[1]),
    );
    const names = [...new Set(sections)];
    return names.map((name) => operations(spec).find(([, operation]) => operation.operationId === name)?.[0]);
  },
};

// A part of the page that is there when all of the document is shown.
export const complete = {
  swagger: (page, count) => page.waitForFunction((all) => document.querySelectorAll(".opblock").length >= all, count),
  rapidoc: (page, count) => page.locator("rapi-doc api-request").nth(count - 1).waitFor({ state: "attached" }),
  redoc: (page) => page.locator('#viewer[data-ready="true"]').waitFor(),
};

// Sends GET `path` with these arguments, with or without credentials; gives the status that is shown.
export const send = {
  async swagger(page, { path, values, key }) {
    if (key) {
      await page.locator(".auth-wrapper .authorize").first().click();
      await page.locator('.auth-container input[name="username"]').fill(key.token);
      await page.locator('.auth-container input[name="password"]').fill(key.secret);
      await page.locator(".auth-btn-wrapper .authorize").click();
      await page.locator(".auth-btn-wrapper .btn-done").click();
    }
    const block = page.locator(".opblock-get", { has: page.locator(`[data-path="${path}"]`) });
    if (!(await block.locator(".opblock-body").count())) await block.locator(".opblock-summary-control").click();
    for (const [name, value] of Object.entries(values)) {
      await block.locator(`tr[data-param-name="${name}"] input`).first().fill(value);
    }
    await block.locator("button.execute").click();
    const shown = block.locator(".live-responses-table tbody .response-col_status");
    return Number.parseInt(await shown.first().innerText(), 10);
  },

  async rapidoc(page, { path, values, key }) {
    if (key) {
      await page.locator("rapi-doc .api-key-user").fill(key.token);
      await page.locator("rapi-doc .api-key-password").fill(key.secret);
      await page.locator("rapi-doc .m-btn", { hasText: /^\s*SET\s*$/ }).click();
    }
    const request = page.locator(`rapi-doc api-request[method="get"][path="${path}"]`);
    for (const [name, value] of Object.entries(values)) {
      await request.locator(`input[data-pname="${name}"]`).fill(value);
    }
    await request.locator(".m-btn", { hasText: /^\s*TRY\s*$/ }).click();
    const shown = request.locator(".response-message");
    await shown.filter({ hasText: /\d{3}/ }).waitFor();
    return Number((await shown.innerText()).match(/\d{3}/)[0]);
  },

  async redoc(page, { path, values, key }) {
    if (await page.locator(".try-open").isVisible()) await page.locator(".try-open").click();
    await page.locator("#try-operation").selectOption({ label: `GET ${path}` });
    const folded = page.locator(".try details:not([open]) summary");
    if (await folded.count()) await folded.click();
    for (const [name, value] of Object.entries(values)) {
      await page.locator(`.try [data-name="${name}"]`).fill(value);
    }
    await page.locator("#try-name").fill(key ? key.token : "");
    await page.locator("#try-secret").fill(key ? key.secret : "");
    await page.locator(".try button[type=submit]").click();
    return Number.parseInt(await page.locator(".try .status").innerText(), 10);
  },
};

// Every operation of a document: "GET /path" and what the document says of it.
export function operations(spec) {
  return Object.entries(spec.paths).flatMap(([path, item]) =>
    ["get", "post", "delete"]
      .filter((verb) => item[verb])
      .map((verb) => [`${verb.toUpperCase()} ${path}`, item[verb]]),
  );
}
