// Sorts a table by a click on a heading and shows only the rows that are looked for. The page says
// the same without it.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = table.tHead.rows[0].cells;
  const value = (row, at) => {
    const cell = row.cells[at], found = cell && cell.querySelector("data,time");
    if (!found) return cell ? cell.textContent.trim().toLowerCase() : "";
    const number = Number(found.value ?? NaN);
    return found.tagName === "DATA" && !Number.isNaN(number) ? number : found.dateTime || found.value;
  };
  Array.from(headings).forEach((heading, at) => {
    if (!heading.dataset.sort) return;
    const button = document.createElement("button");
    button.type = "button";
    button.title = heading.dataset.sort;
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") !== "descending";
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = table.tBodies[0];
      const compare = (one, two) => {
        const [a, b] = [value(one, at), value(two, at)];
        if (a === "" || b === "") return (a === "") - (b === "");
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
        return down ? -order : order;
      };
      body.append(...Array.from(body.rows).sort(compare));
    });
  });
}
for (const box of document.querySelectorAll("template.filter-box")) {
  const table = document.getElementById(box.dataset.table);
  box.replaceWith(box.content);
  const input = document.getElementById(table.id + "-filter");
  input.addEventListener("input", () => {
    const looked = input.value.trim().toLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(looked);
  });
}
