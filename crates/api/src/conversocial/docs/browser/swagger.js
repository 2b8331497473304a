// Starts Swagger UI for the document that the page names.
"use strict";

window.addEventListener("load", () => {
  const place = document.getElementById("viewer");
  window.viewer = window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    layout: "BaseLayout",
    deepLinking: true,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0,
    // Its default asks a server on the internet.
    validatorUrl: null,
    // What was typed into "Authorize" is sent and nothing else; and the browser's own window does not ask again after a 401.
    requestInterceptor: (request) => Object.assign(request, { credentials: "omit" }),
  });
});
