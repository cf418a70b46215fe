// How far requirements are verified by test cases and implemented by passages of the text; for what is missing, a test
// case can be proposed.

interface Requirement {
  id: string;
  key: string;
  statement: string;
  priority: string;
  tests: Test[];
  passages: number;
}

interface Test {
  key: string;
  words: string;
  result: string;
}

type State = "Passed" | "Failed" | "Not run" | "No test";
const STATES: State[] = ["Passed", "Failed", "Not run", "No test"];
const LOOKS: Record<State, "good" | "bad" | "warning" | "muted"> = { Passed: "good", Failed: "bad", "Not run": "muted", "No test": "warning" };

let requirements: Requirement[] = [];
let priority = "";
let shown: State | "" = "";
let chosen = "";
let drafted = "";
let said = "";

let titles = new Map<string, string>();

/** A value as people read it: of an option its title. */
function words(row: FoundryRow, table: string, column: string): string {
  const value = row[column];
  return typeof value === "string" ? (titles.get(`${table}.${column}.${value}`) ?? value) : "";
}

/** The worst of its test cases. */
function stateOf({ tests }: Requirement): State {
  if (!tests.length) return "No test";
  if (tests.some(({ result }) => result === "Failed")) return "Failed";
  return tests.every(({ result }) => result === "Passed") ? "Passed" : "Not run";
}

function grouped(links: FoundryLink[], by: "from" | "to"): Map<string, FoundryLink[]> {
  const found = new Map<string, FoundryLink[]>();
  for (const link of links) found.set(link[by], [...(found.get(link[by]) ?? []), link]);
  return found;
}

async function load(): Promise<void> {
  const [tables, rows, cases, verifies, implemented] = await Promise.all([
    foundry.tables(),
    foundry.allRows("requirements"),
    foundry.allRows("tests"),
    foundry.allLinks("verifies"),
    foundry.allLinks("implemented_by"),
  ]);
  const options = tables.flatMap((table) => table.columns.flatMap((column) => column.options.map((option): [string, string] => [`${table.name}.${column.name}.${option.id}`, option.title])));
  titles = new Map(options);
  const tests = new Map(cases.map((row) => [row.id, { key: words(row, "tests", "key"), words: words(row, "tests", "case"), result: words(row, "tests", "result") || "Not run" }]));
  const [verifying, implementing] = [grouped(verifies, "to"), grouped(implemented, "from")];
  requirements = rows
    .filter((row) => words(row, "requirements", "status") !== "Dropped")
    .map((row) => ({
      id: row.id,
      key: words(row, "requirements", "key"),
      statement: words(row, "requirements", "statement"),
      priority: words(row, "requirements", "priority"),
      tests: (verifying.get(row.id) ?? []).map(({ from }) => tests.get(from)).filter((test) => test !== undefined),
      passages: implementing.get(row.id)?.length ?? 0,
    }))
    .sort((one, other) => one.key.localeCompare(other.key, undefined, { numeric: true }));
  show();
}

function share(count: number, of: number): string {
  return of ? `${Math.round((100 * count) / of)} %` : "–";
}

function show(): void {
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
      ["select", { on: "priority", label: "Priority", value: priority, options: [["", "All"], ...priorities] }],
    ],
    [
      "bars",
      { label: "Requirements by the results of their test cases", of: all.length, on: "state", bars: STATES.map((state) => ({ id: state, label: state, value: all.filter((each) => stateOf(each) === state).length, kind: LOOKS[state] })) },
    ],
    shown && ["row", {}, ["text", { kind: "muted" }, `Only: ${shown}`], ["button", { on: "state", value: "", kind: "ghost" }, "Show all"]],
    [
      "table",
      {
        label: "Requirements",
        on: "choose",
        selected: chosen,
        columns: [{ name: "key", title: "Key" }, { name: "statement", title: "Statement" }, { name: "state", title: "State" }, { name: "tests", title: "Tests", kind: "number" }, { name: "passages", title: "Passages", kind: "number" }],
        rows: listed.slice(0, 300).map((each) => ({ id: each.id, cells: { ...each, state: stateOf(each), tests: each.tests.length } })),
      },
    ],
    listed.length > 300 && ["text", { kind: "muted" }, `The first 300 of ${listed.length}.`],
    details(requirements.find((each) => each.id === chosen)),
    said && ["text", { kind: "bad" }, said],
  );
}

function details(requirement: Requirement | undefined): FoundryTree {
  if (!requirement) return null;
  return [
    "box",
    { label: requirement.key },
    ["heading", { level: 3 }, `${requirement.key} ${requirement.statement}`],
    requirement.tests.length ? ["list", {}, ...requirement.tests.map((test): FoundryTree => ["span", {}, `${test.key} ${test.words}: ${test.result}`])] : ["text", { kind: "muted" }, "No test case verifies it."],
    ["row", { align: "end" }, ["input", { on: "case", label: "Another test case", placeholder: "What is tried", value: drafted, live: true }], ["button", { on: "propose", kind: "primary", disabled: !drafted.trim() }, "Propose it"]],
  ];
}

async function propose(): Promise<void> {
  try {
    await foundry.propose([
      { act: "create", table: "tests", values: { case: drafted.trim() } },
      { act: "link", relation: "verifies", from: "$0", to: chosen },
    ]);
    drafted = said = "";
  } catch (error) {
    said = error instanceof foundry.Error ? error.message : String(error);
  }
  show();
}

foundry.on("priority", (value: string) => {
  priority = value;
  show();
});
foundry.on("state", (value: string) => {
  shown = value === shown ? "" : (value as State);
  show();
});
foundry.on("choose", (value: string) => {
  chosen = value;
  show();
});
foundry.on("case", (value: string) => {
  drafted = value;
  show();
});
foundry.on("propose", () => void propose());
foundry.onChange(() => void load());
load().catch((error: unknown) => foundry.draw(["empty", { title: "Nothing can be shown" }, ["text", {}, error instanceof Error ? error.message : String(error)]]));
