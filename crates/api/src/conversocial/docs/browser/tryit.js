// A panel that sends a request and shows the answer, beside a viewer that has none. It is made
// from the same OpenAPI document: operations, arguments, body. The token is kept in the page only.
"use strict";

(() => {
  const verbs = ["get", "post", "delete"];

  // element("p", {className: "quiet"}, "text", child…)
  function element(name, members, ...children) {
    const made = Object.assign(document.createElement(name), members);
    made.append(...children);
    return made;
  }

  // The object itself, or the one that it refers to within the document.
  function resolved(spec, value) {
    if (!value || !value.$ref) return value || {};
    const path = value.$ref.replace(/^#\//, "").split("/");
    return path.reduce((at, name) => at[name.replace(/~1/g, "/").replace(/~0/g, "~")], spec);
  }

  function operationsOf(spec) {
    const found = [];
    for (const [path, item] of Object.entries(spec.paths)) {
      for (const verb of verbs) {
        if (!item[verb]) continue;
        const operation = item[verb];
        const parameters = [...(item.parameters || []), ...(operation.parameters || [])];
        found.push({
          id: operation.operationId,
          tag: (operation.tags || [""])[0],
          verb: verb.toUpperCase(),
          path,
          summary: operation.summary || "",
          parameters: parameters.map((parameter) => resolved(spec, parameter)),
          body: resolved(spec, operation.requestBody).content,
        });
      }
    }
    return found;
  }

  // What a body looks like: the document's example, else the names of the required members.
  function exampleBody(spec, content) {
    const media = content["application/json"];
    if (media.example) return media.example;
    const schema = resolved(spec, media.schema);
    const names = schema.required || Object.keys(schema.properties || {});
    return Object.fromEntries(names.map((name) => [name, ""]));
  }

  class Panel {
    constructor(spec) {
      this.spec = spec;
      this.operations = operationsOf(spec);
      this.open = element("button", { className: "try-open", type: "button" }, "Try it");
      this.close = element("button", { className: "try-close", type: "button" }, "Close");
      this.choice = element("select", { id: "try-operation", name: "operation" });
      this.inputs = element("div", { className: "try-arguments" });
      this.name = element("input", { id: "try-name", name: "name", autocomplete: "off", spellcheck: false });
      this.secret = element("input", { id: "try-secret", name: "secret", type: "password", autocomplete: "off" });
      this.answer = element("output", { id: "try-answer" });
      this.form = element(
        "form", { noValidate: true },
        element("label", { htmlFor: "try-operation" }, "Operation"), this.choice,
        this.inputs,
        element("div", { className: "pair" },
          element("div", {}, element("label", { htmlFor: "try-name" }, "Token name"), this.name),
          element("div", {}, element("label", { htmlFor: "try-secret" }, "Token secret"), this.secret)),
        element("button", { type: "submit" }, "Send"),
        this.answer,
      );
      this.panel = element(
        "aside", { className: "try", hidden: true },
        element("header", {}, element("h2", {}, "Try it"), this.close),
        this.form,
      );
      this.panel.setAttribute("aria-label", "Try it");
      this.list();
      this.listen();
      this.follow();
      document.body.append(this.open, this.panel);
    }

    list() {
      const groups = new Map();
      this.operations.forEach((operation, index) => {
        if (!groups.has(operation.tag)) groups.set(operation.tag, element("optgroup", { label: operation.tag }));
        const text = `${operation.verb} ${operation.path}`;
        groups.get(operation.tag).append(element("option", { value: String(index) }, text));
      });
      this.choice.append(...groups.values());
    }

    listen() {
      this.open.addEventListener("click", () => this.show(true));
      this.close.addEventListener("click", () => this.show(false));
      this.choice.addEventListener("change", () => this.ask());
      window.addEventListener("hashchange", () => this.follow());
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.send();
      });
    }

    show(isShown) {
      this.panel.hidden = !isShown;
      this.open.hidden = isShown;
      if (isShown) this.choice.focus();
    }

    // Chooses what the viewer shows: its addresses end in `operation/ID`.
    follow() {
      const id = decodeURIComponent((location.hash.match(/operation\/([^/]+)/) || [])[1] || "");
      const index = this.operations.findIndex((operation) => operation.id === id);
      if (index >= 0) this.choice.value = String(index);
      this.ask();
    }

    operation() {
      return this.operations[Number(this.choice.value)];
    }

    // Makes the inputs of the chosen operation; those that may be left out are folded away.
    ask() {
      const operation = this.operation();
      const needed = operation.parameters.filter((parameter) => parameter.required);
      const others = operation.parameters.filter((parameter) => !parameter.required);
      const children = [element("p", { className: "quiet" }, operation.summary)];
      children.push(...needed.map((parameter) => this.input(parameter)));
      if (others.length > 0) {
        const title = element("summary", {}, `${others.length} more arguments`);
        children.push(element("details", {}, title, ...others.map((parameter) => this.input(parameter))));
      }
      if (operation.body) {
        const text = JSON.stringify(exampleBody(this.spec, operation.body), null, 2);
        const area = element("textarea", { id: "try-body", name: "body", value: text, spellcheck: false });
        children.push(element("label", { htmlFor: "try-body" }, "Body (JSON)"), area);
      }
      this.inputs.replaceChildren(...children);
      this.answer.replaceChildren();
    }

    input(parameter) {
      const id = `try-argument-${parameter.name}`;
      const members = { id, autocomplete: "off", spellcheck: false };
      const field = element("input", members);
      field.dataset.name = parameter.name;
      const schema = resolved(this.spec, parameter.schema);
      const list = schema.type === "array" ? " several: separated by commas" : "";
      if (parameter.example !== undefined) field.placeholder = String(parameter.example);
      const about = element("small", {}, (parameter.required ? " needed" : "") + list);
      return element("div", {}, element("label", { htmlFor: id, title: parameter.description || "" }, parameter.name, about), field);
    }

    value(name) {
      const field = this.inputs.querySelector(`[data-name="${CSS.escape(name)}"]`);
      return field ? field.value.trim() : "";
    }

    address() {
      const operation = this.operation();
      const query = new URLSearchParams();
      let path = operation.path;
      for (const parameter of operation.parameters) {
        const text = this.value(parameter.name);
        if (parameter.in === "path") {
          path = path.replace(`{${parameter.name}}`, encodeURIComponent(text));
        } else if (parameter.in === "query" && text !== "") {
          const schema = resolved(this.spec, parameter.schema);
          const isRepeated = schema.type === "array" && parameter.explode !== false;
          for (const piece of isRepeated ? text.split(",") : [text]) query.append(parameter.name, piece.trim());
        }
      }
      const server = ((this.spec.servers || [])[0] || { url: "" }).url.replace(/\/$/, "");
      const text = query.toString();
      return server + path + (text && `?${text}`);
    }

    async send() {
      const operation = this.operation();
      const address = this.address();
      // `omit`: else the browser would open its own window to ask for a password after a 401.
      const request = { method: operation.verb, headers: {}, credentials: "omit" };
      if (this.name.value || this.secret.value) {
        const bytes = new TextEncoder().encode(`${this.name.value}:${this.secret.value}`);
        request.headers.Authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
      }
      if (operation.body) {
        request.headers["Content-Type"] = "application/json";
        request.body = this.form.elements.body.value;
      }
      this.answer.replaceChildren("Waiting…");
      try {
        const response = await fetch(address, request);
        this.print(operation, address, response, await response.text());
      } catch (problem) {
        const text = `No answer: ${problem.message}`;
        this.answer.replaceChildren(element("p", { className: "status bad" }, text));
      }
    }

    print(operation, address, response, text) {
      let body = text;
      try {
        body = JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        // not JSON: shown as it is
      }
      const line = `${response.status} ${response.statusText}`.trim();
      this.answer.replaceChildren(
        element("pre", { className: "request" }, `${operation.verb} ${address}`),
        element("p", { className: `status ${response.ok ? "good" : "bad"}` }, line),
        element("pre", { className: "body" }, body),
      );
    }
  }

  window.addEventListener("load", async () => {
    const response = await fetch(document.getElementById("viewer").dataset.document);
    window.tryit = new Panel(await response.json());
  });
})();
