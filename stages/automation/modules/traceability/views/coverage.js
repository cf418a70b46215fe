"use strict";
(() => {
  // views/coverage.ts
  var STATES = ["Passed", "Failed", "Not run", "No test"];
  var LOOKS = { Passed: "good", Failed: "bad", "Not run": "muted", "No test": "warning" };
  var requirements = [];
  var priority = "";
  var shown = "";
  var chosen = "";
  var drafted = "";
  var said = "";
  var titles = /* @__PURE__ */ new Map();
  function words(row, table, column) {
    const value = row[column];
    return typeof value === "string" ? titles.get(`${table}.${column}.${value}`) ?? value : "";
  }
  function stateOf({ tests }) {
    if (!tests.length) return "No test";
    if (tests.some(({ result }) => result === "Failed")) return "Failed";
    return tests.every(({ result }) => result === "Passed") ? "Passed" : "Not run";
  }
  function grouped(links, by) {
    const found = /* @__PURE__ */ new Map();
    for (const link of links) found.set(link[by], [...found.get(link[by]) ?? [], link]);
    return found;
  }
  async function load() {
    const [tables, rows, cases, verifies, implemented] = await Promise.all([
      foundry.tables(),
      foundry.allRows("requirements"),
      foundry.allRows("tests"),
      foundry.allLinks("verifies"),
      foundry.allLinks("implemented_by")
    ]);
    const options = tables.flatMap((table) => table.columns.flatMap((column) => column.options.map((option) => [`${table.name}.${column.name}.${option.id}`, option.title])));
    titles = new Map(options);
    const tests = new Map(cases.map((row) => [row.id, { key: words(row, "tests", "key"), words: words(row, "tests", "case"), result: words(row, "tests", "result") || "Not run" }]));
    const [verifying, implementing] = [grouped(verifies, "to"), grouped(implemented, "from")];
    requirements = rows.filter((row) => words(row, "requirements", "status") !== "Dropped").map((row) => ({
      id: row.id,
      key: words(row, "requirements", "key"),
      statement: words(row, "requirements", "statement"),
      priority: words(row, "requirements", "priority"),
      tests: (verifying.get(row.id) ?? []).map(({ from }) => tests.get(from)).filter((test) => test !== void 0),
      passages: implementing.get(row.id)?.length ?? 0
    })).sort((one, other) => one.key.localeCompare(other.key, void 0, { numeric: true }));
    show();
  }
  function share(count, of) {
    return of ? `${Math.round(100 * count / of)} %` : "–";
  }
  function show() {
    const all = requirements.filter((each) => !priority || each.priority === priority);
    const listed = all.filter((each) => !shown || stateOf(each) === shown);
    const tested = all.filter((each) => each.tests.length).length;
    const implemented = all.filter((each) => each.passages).length;
    const priorities = [...new Set(requirements.map((each) => each.priority).filter(Boolean))];
    if (!requirements.length) return foundry.draw(["empty", { title: "No requirements yet" }, ["text", {}, "Add some to the table Requirements, or import them."]]);
    foundry.draw(
      [
        "row",
        { align: "apart" },
        ["row", {}, ["figure", { value: all.length, label: "Requirements" }], ["figure", { value: share(tested, all.length), label: "With a test case" }], ["figure", { value: share(implemented, all.length), label: "In the text" }]],
        ["select", { on: "priority", label: "Priority", value: priority, options: [["", "All"], ...priorities] }]
      ],
      [
        "bars",
        { label: "Requirements by the results of their test cases", of: all.length, on: "state", bars: STATES.map((state) => ({ id: state, label: state, value: all.filter((each) => stateOf(each) === state).length, kind: LOOKS[state] })) }
      ],
      shown && ["row", {}, ["text", { kind: "muted" }, `Only: ${shown}`], ["button", { on: "state", value: "", kind: "ghost" }, "Show all"]],
      [
        "table",
        {
          label: "Requirements",
          on: "choose",
          selected: chosen,
          columns: [{ name: "key", title: "Key" }, { name: "statement", title: "Statement" }, { name: "state", title: "State" }, { name: "tests", title: "Tests", kind: "number" }, { name: "passages", title: "Passages", kind: "number" }],
          rows: listed.slice(0, 300).map((each) => ({ id: each.id, cells: { ...each, state: stateOf(each), tests: each.tests.length } }))
        }
      ],
      listed.length > 300 && ["text", { kind: "muted" }, `The first 300 of ${listed.length}.`],
      details(requirements.find((each) => each.id === chosen)),
      said && ["text", { kind: "bad" }, said]
    );
  }
  function details(requirement) {
    if (!requirement) return null;
    return [
      "box",
      { label: requirement.key },
      ["heading", { level: 3 }, `${requirement.key} ${requirement.statement}`],
      requirement.tests.length ? ["list", {}, ...requirement.tests.map((test) => ["span", {}, `${test.key} ${test.words}: ${test.result}`])] : ["text", { kind: "muted" }, "No test case verifies it."],
      ["row", { align: "end" }, ["input", { on: "case", label: "Another test case", placeholder: "What is tried", value: drafted, live: true }], ["button", { on: "propose", kind: "primary", disabled: !drafted.trim() }, "Propose it"]]
    ];
  }
  async function propose() {
    try {
      await foundry.propose([
        { act: "create", table: "tests", values: { case: drafted.trim() } },
        { act: "link", relation: "verifies", from: "$0", to: chosen }
      ]);
      drafted = said = "";
    } catch (error) {
      said = error instanceof foundry.Error ? error.message : String(error);
    }
    show();
  }
  foundry.on("priority", (value) => {
    priority = value;
    show();
  });
  foundry.on("state", (value) => {
    shown = value === shown ? "" : value;
    show();
  });
  foundry.on("choose", (value) => {
    chosen = value;
    show();
  });
  foundry.on("case", (value) => {
    drafted = value;
    show();
  });
  foundry.on("propose", () => void propose());
  foundry.onChange(() => void load());
  load().catch((error) => foundry.draw(["empty", { title: "Nothing can be shown" }, ["text", {}, error instanceof Error ? error.message : String(error)]]));
})();
