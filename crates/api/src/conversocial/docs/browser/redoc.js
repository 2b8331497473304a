// Starts Redoc for the document that the page names.
"use strict";

window.addEventListener("load", () => {
  const place = document.getElementById("viewer");
  const font = 'system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif';
  const mono = 'ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace';
  const options = {
    expandResponses: "200",
    hideDownloadButtons: true,
    sortRequiredPropsFirst: false,
    scrollYOffset: 0,
    theme: {
      colors: { primary: { main: "#0b5cad" } },
      sidebar: { width: "270px" },
      typography: {
        fontFamily: font,
        headings: { fontFamily: font },
        code: { fontFamily: mono },
      },
    },
  };
  window.Redoc.init(place.dataset.document, options, place, (problem) => {
    if (problem) console.error(problem);
    place.dataset.ready = "true";
  });
});
