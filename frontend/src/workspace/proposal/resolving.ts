import { Refused } from "../../requests";
import { say } from "../../texts";
import type { Conflict } from "../conflict";
import type { Field } from "../field";
import type { Part } from "../merge3";
import type { ProjectState } from "../state";
import type { OpenProposal } from "./open_proposal";
import type { WholeProposal } from "./server";
import type { Staging } from "./staging";

interface ResolvingParts {
  staging: Staging;
  /** Show what the server has for the field, as this revision. */
  show(field: Field, text: string, revision: number): void;
  /** The server made `text` of what was `before`; what was typed since stays. */
  follow(field: Field, before: string, text: string, revision: number): void;
  load(field: Field): Promise<void>;
  /** What is typed and proposed in one field goes on in another. */
  move(from: Field, to: Field): void;
  refreshState(): Promise<void>;
}

/** Settles what moved under a proposal: a version that others saved, or another window of its author's. */
export class Resolving {
  /** The three texts of fields in which both changed the same lines. */
  private readonly choices = new Map<Field, { base: string; theirs: string }>();

  constructor(
    private readonly project: ProjectState,
    private readonly proposal: OpenProposal,
    private readonly parts: ResolvingParts,
  ) {}

  /** Merge the current text into the proposed one; resolves to the conflict where a person has to choose. */
  async merge(field: Field): Promise<Conflict | null> {
    try {
      await this.resolve(field, "merge");
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.code !== "drifted") throw error;
      const parts = (error.problem["parts"] ?? []) as Part[];
      const textOf = (side: "base" | "theirs") => parts.flatMap((part) => part[side]).join("\n");
      this.choices.set(field, { base: textOf("base"), theirs: textOf("theirs") });
      return this.conflictIn(field);
    }
    await this.parts.refreshState();
    return null;
  }

  /** The proposed text is what its author wants, whatever is current. */
  async keepMine(field: Field): Promise<void> {
    await this.resolve(field, "mine");
    await this.parts.refreshState();
  }

  /** Nothing is proposed for the field any more. */
  async useCurrent(field: Field): Promise<void> {
    const { project, proposal } = this;
    const renamed = this.renamed(field);
    if (proposal.staged.has(field.name)) await proposal.server.unstage(field.name);
    proposal.hasDropped(field);
    field.show(field.saved);
    await this.parts.staging.letGo(field);
    if (!field.exists) project.fields.delete(field.name);
    if (renamed) show(renamed, field);
    project.changed(field);
    project.emitFields();
    await this.parts.refreshState();
  }

  /** What a person has to choose between; null where nothing is open. */
  conflictIn(field: Field): Conflict | null {
    const elsewhere = this.proposal.elsewhere.get(field);
    if (elsewhere) {
      const { base, theirs } = elsewhere;
      return this.conflict(field, base, theirs, {
        title: say("elsewhere", { field: field.label }),
        about: say("elsewhere.about"),
        base: say("elsewhere.base"),
        theirs: say("elsewhere.theirs"),
      });
    }
    const choice = this.choices.get(field);
    if (!choice) return null;
    const version = this.project.version;
    return this.conflict(field, choice.base, choice.theirs, {
      title: say("drift.title", { field: field.label }),
      about: say("drift.about", { version }),
      base: say("drift.base"),
      theirs: say("three_way.theirs", { version }),
    });
  }

  private conflict(field: Field, base: string, theirs: string, words: { title: string; about: string; base: string; theirs: string }): Conflict {
    return {
      field,
      base: { version: field.base, text: base },
      theirs: { version: this.project.version, text: theirs, by: "", isUnsaved: false },
      yours: field.text,
      kept: null,
      words: { ...words, yours: say("drift.yours") },
    };
  }

  /** `text` is what became of both sides. */
  async useText(field: Field, text: string): Promise<void> {
    const { proposal } = this;
    const elsewhere = proposal.elsewhere.get(field);
    if (elsewhere) {
      proposal.elsewhere.delete(field);
      proposal.hasStaged(field, elsewhere.theirs, elsewhere.revision, field.base);
    }
    field.replace(text, { typed: true });
    await this.parts.staging.nowOrNothing(field);
    if (this.choices.has(field)) await this.keepMine(field);
    this.choices.delete(field);
    this.project.changed(field);
  }

  /** This window's text is not wanted: what another window staged is kept, or what is current. */
  async showTheirs(field: Field): Promise<void> {
    const elsewhere = this.proposal.elsewhere.get(field);
    if (!elsewhere) {
      this.choices.delete(field);
      await this.useCurrent(field);
      return;
    }
    this.proposal.elsewhere.delete(field);
    await this.parts.staging.letGo(field);
    this.parts.show(field, elsewhere.theirs, elsewhere.revision);
  }

  private async resolve(field: Field, how: "merge" | "mine"): Promise<void> {
    const { proposal, parts } = this;
    const renamed = this.renamed(field);
    // What is typed under the new name is a change of its own, of which the server has to know.
    if (renamed) await parts.staging.nowOrNothing(renamed);
    return parts.staging.changing(field, async (before) => {
      await this.follow(field, before, await proposal.server.resolve(field.name, how));
    });
  }

  /** Show what became of the text; under the new name, where its file was renamed. */
  private async follow(field: Field, before: string, { staged }: WholeProposal): Promise<void> {
    const { project, proposal, parts } = this;
    const name = proposal.staged.get(field.name)?.renamed ?? field.name;
    const found = staged.find(({ target }) => target === name) ?? staged.find(({ target }) => !proposal.staged.has(target));
    const now = found && project.fields.get(found.target);
    if (found && now && found.value !== null) {
      if (now !== field) await this.goOnAs(now, field);
      now.language = found.language ?? "";
      parts.follow(now, before, found.value, found.revision);
    }
    project.changed(field);
  }

  /** What was proposed in `former` is proposed in `field` from now on, also what was typed since. */
  private async goOnAs(field: Field, former: Field): Promise<void> {
    const { project, proposal, parts } = this;
    await parts.load(field);
    void parts.staging.letGo(former);
    parts.move(former, field);
    proposal.hasDropped(former);
    if (!former.exists) project.fields.delete(former.name);
    show(field, former);
    project.emitFields();
  }

  /** The file of a proposed text under the name that it has now, if it was renamed since. */
  private renamed(field: Field): Field | undefined {
    const { renamed } = this.proposal.staged.get(field.name) ?? {};
    return renamed ? this.project.fields.get(renamed) : undefined;
  }
}

/** Show a field where the page shows another one. */
function show(field: Field, shown: Field): void {
  if (shown.view) window.dispatchEvent(new CustomEvent("fields:show", { detail: field.name }));
}
