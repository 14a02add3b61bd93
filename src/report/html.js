"use strict";
for (const box of document.querySelectorAll(".long")) {
  const body = box.querySelector("tbody");
  const heads = [...box.querySelectorAll("thead th")];
  const rows = [...body.rows];
  const find = box.previousElementSibling;
  const input = find.querySelector("input");
  const count = find.querySelector("output");
  const fold = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const keys = heads.map(() => null);

  const column = at => keys[at] ??= new Map(rows.map(row => {
    const { dataset, textContent } = row.cells[at];
    return [row, dataset.k === undefined ? textContent : Number(dataset.k)];
  }));
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b);

  heads.forEach((head, at) => {
    // Not a button: one in a heading is not printed again on the next sheet.
    const button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        button.click();
      }
    });
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const key = column(at);
      // What is not known comes last, whichever way the rest is sorted.
      const known = row => key.get(row) !== "";
      rows.sort((a, b) => known(b) - known(a) || sign * compare(key.get(a), key.get(b)));
      body.append(...rows);
    });
  });

  let texts = null;
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    texts ??= new Map(rows.map(row => [row, fold([...row.cells].map(cell => cell.textContent).join("\t"))]));
    let shown = 0;
    for (const row of rows) {
      const text = texts.get(row);
      const hit = words.every(word => text.includes(word));
      row.hidden = !hit;
      shown += hit;
    }
    count.value = words.length ? `${shown} / ${rows.length}` : "";
  });
  find.hidden = false;
}
