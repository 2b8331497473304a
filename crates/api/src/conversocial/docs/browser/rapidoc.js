// Starts RapiDoc for the document that the page names. The element is made here and not in the
// page, so that it never renders before it has all of its settings.
"use strict";

const place = document.getElementById("viewer");
const element = document.createElement("rapi-doc");
const settings = {
  "spec-url": place.dataset.document,
  "render-style": "read",
  theme: "light",
  "primary-color": "#0b5cad",
  "nav-bg-color": "#14263d",
  "nav-text-color": "#c9d8ea",
  "regular-font": 'system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif',
  "mono-font": 'ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace',
  // Its default fonts come from a server on the internet.
  "load-fonts": "false",
  "show-header": "false",
  "allow-spec-url-load": "false",
  "allow-spec-file-load": "false",
  "allow-server-selection": "false",
  "show-components": "true",
  "schema-description-expanded": "true",
  "persist-auth": "false",
  // Not the browser's own window after a 401: what was typed on the page is sent and nothing else.
  "fetch-credentials": "omit",
};
for (const [name, value] of Object.entries(settings)) element.setAttribute(name, value);
place.append(element);
