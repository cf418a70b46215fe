import { LiveController } from "../../../controllers/live";
import type { ProjectEvent } from "../../../protocol";
import { say } from "../../../texts";
import { attempt } from "../../attempt";
import { barsOf } from "../../bar_stack";
import type { Conflict } from "../../conflict";
import { confirmDiscard } from "../../discarding";
import type { Field } from "../../field";
import { project } from "../../instance";
import type { ProposalState } from "../facts";
import { proposeInstead, proposeKept } from "../making";
import { openProposalsOf, openProposalsPage } from "../others";

/** What is said of the end; one of which nothing is known any more was private, and discarded. */
const ENDED = {
  private: "ended.discarded",
  open: "ended.discarded",
  accepted: "ended.accepted",
  rejected: "ended.rejected",
  withdrawn: "ended.withdrawn",
  expired: "ended.expired",
};

/** The bars about proposals: what moved under one, that it has ended, and whose changes a writer's field. */
export class ProposalBarsController extends LiveController {
  private readonly bars = barsOf(this.element);
  /** The fields that were held when it was asked who proposes a change of them. */
  private readonly asked = new Set<Field>();

  override connect(): void {
    const { proposal } = project;
    this.follow(
      project.on("field", (field) => this.onField(field)),
      project.on("event", (event) => this.onEvent(event)),
    );
    if (proposal) {
      this.follow(
        proposal.on("state", () => this.paintShown()),
        proposal.on("ended", (state) => this.ended(state)),
      );
    }
  }

  async merge(): Promise<void> {
    const { field } = this.bars.shown ?? {};
    if (!field || !project.proposing) return;
    let conflict: Conflict | null = null;
    if (!(await attempt(project.proposing.resolving.merge(field).then((found) => (conflict = found))))) return;
    const dialog = document.getElementById("three-way");
    if (conflict && dialog) this.dispatch("ask", { target: dialog, prefix: "three-way", detail: conflict });
    else project.announce(say("drift.merged", { field: field.label }));
  }

  async keepMine(): Promise<void> {
    const { field } = this.bars.shown ?? {};
    if (field && project.proposing) await attempt(project.proposing.resolving.keepMine(field));
  }

  async useCurrent(): Promise<void> {
    const { field } = this.bars.shown ?? {};
    if (field && project.proposing && (await confirmDiscard("use-current"))) await attempt(project.proposing.resolving.useCurrent(field));
  }

  /** Make a proposal of the text that the bar is about. */
  async propose(): Promise<void> {
    const { field, kept } = this.bars.shown ?? {};
    if (field) await attempt(kept ? proposeKept(field, kept) : proposeInstead(field));
  }

  /** A proposal was opened, changed or ended: notify again who writes a field that it changes. */
  private onEvent({ name, data }: ProjectEvent): void {
    if (!name.startsWith("proposal.") || project.proposal || !Array.isArray(data["targets"])) return;
    for (const target of data["targets"]) {
      const field = project.fields.get(String(target).replace(/^field:/, ""));
      if (!field || !this.asked.delete(field)) continue;
      this.bars.forget(`proposed:${field.name}`);
      void this.notifyWriter(field);
    }
  }

  private paintShown(): void {
    const shown = [...project.fields.values()].find((field) => field.view);
    if (shown) this.onField(shown);
  }

  private onField(field: Field): void {
    const { proposal } = project;
    if (!proposal) void this.notifyWriter(field);
    else if (field.view) this.paintDrift(field);
    if (proposal && !proposal.elsewhere.has(field)) this.bars.forget(`elsewhere:${field.name}`);
  }

  /** What is current moved under the proposed text. One bar, about the field that is shown. */
  private paintDrift(field: Field): void {
    const staged = project.proposal?.staged.get(field.name);
    const isMoved = staged?.drift === "clean" || staged?.drift === "choices";
    if (!staged || !isMoved || project.proposal?.hasEnded) {
      this.bars.forget("drift");
      return;
    }
    const isClean = staged.drift === "clean";
    const name = staged.renamed?.replace(/^files\//, "");
    const changed = () => say("drift", { version: staged.changed_in ?? project.version, field: field.label });
    const title = name ? say("drift.renamed", { field: field.label, name }) : changed();
    const isGone = staged.removed || (!field.exists && !name);
    const detail = say(isClean ? "drift.clean" : isGone ? "drift.gone" : "drift.choices");
    const merge = isClean ? say("drift.merge") : isGone ? "" : say("drift.choose");
    const known = this.bars.get("drift");
    if (known?.field === field && known.words["title"] === title && known.words["detail"] === detail) return;
    this.bars.put("drift", { template: "bar-drift", words: { title, detail, merge }, field });
  }

  private ended(state: ProposalState | null): void {
    const name = state?.ended_by?.display_name ?? "";
    const words = say(ENDED[state?.state ?? "private"], { version: state?.version ?? "", name });
    const left = [...project.fields.values()].some((field) => field.isDirty && field.text !== project.proposal?.known.get(field));
    const detail = left ? say("ended.rest") : "";
    this.bars.forget("drift");
    this.bars.put("ended", { template: "bar-proposal-ended", words: { title: words, detail }, href: location.pathname });
    project.announce(words);
  }

  /** Notify who writes a field of the open proposals that change it: once for each time they take it. */
  private async notifyWriter(field: Field): Promise<void> {
    const key = `proposed:${field.name}`;
    if (!field.isHeld) {
      if (this.asked.delete(field)) this.bars.forget(key);
      return;
    }
    if (this.asked.has(field)) return;
    this.asked.add(field);
    const [first, ...others] = await openProposalsOf(field);
    if (!first || !this.asked.has(field)) return;
    const proposal = `P${first.number}`;
    const words = others.length
      ? { title: say("proposed.several", { n: 1 + others.length }), read: say("proposed.show") }
      : { title: say("proposed", { proposal }), read: say("proposed.read", { proposal }) };
    this.bars.put(key, { template: "bar-proposed", words, field, href: others.length ? openProposalsPage(field) : first.url });
  }
}
