import { toast } from "../base/controllers/toasts";
import { say } from "../texts";
import { short } from "../time";
import type { BarStack } from "./bar_stack";
import { choicesIn, compareHref, overruled } from "./bar_words";
import type { Field } from "./field";
import { project } from "./instance";
import { fetchReason } from "./server";
import type { Notice } from "./state";

/** The text for each end of a review that has a reason. */
const WITH_REASON: Record<string, string> = {
  "release.rejected": "release.rejected.why",
  "release.withdrawn": "release.withdrawn.why",
};

/** Tell a person what happened: in a bar where they have something to answer, else in a toast. */
export function showNotice(bars: BarStack, { kind, field, values = {} }: Notice): void {
  const name = String(values["name"] ?? "");
  const about = field ? { field } : {};
  if (kind === "saved") {
    const version = Number(values["version"]);
    const words = say("toast.saved", { version, time: short(new Date(String(values["at"]))) });
    toast({ text: words, about: "save", ...(version > 1 ? { link: { text: say("compare"), href: compareHref(version) } } : {}) });
    bars.forget("refused");
    bars.forget("missed");
  } else if (kind === "saved_by") {
    const version = Number(values["version"]);
    const title = say("saved_by", { name, version });
    if (values["mine"]) bars.put("saved", { template: "bar-saved", words: { title, detail: say("saved_by.same") }, href: compareHref(version) });
    else toast({ text: title, kind: "info", link: { text: say("compare"), href: compareHref(version) } });
  } else if (kind === "lock_ended" && field) {
    lockEnded(bars, field, name, Number(values["token"]));
  } else if (kind === "taken_over" && field) {
    void overruled(field, Number(values["token"])).then((text) => text && toast({ text, kind: "info" }));
  } else if (kind === "moved_away" && field) {
    toast({ text: say("moved_away", { field: field.title }), kind: "info" });
  } else if (kind === "offline") {
    toast({ text: say("offline.short"), kind: "failed" });
  } else if (kind === "not_safe") {
    toast({ text: say("unkept.nowhere"), kind: "failed" });
  } else if (kind === "asked_no_more" && field) {
    if (bars.get(`asked:${field.name}`)?.to === values["to"]) bars.forget(`asked:${field.name}`);
  } else if ((kind === "moved" || kind === "taken_first") && field) {
    const title = say(kind === "moved" && name ? "moved.by" : kind, { ...values, field: field.shortPath });
    bars.put(`lock:${field.name}`, { template: "bar-moved", words: { title }, ...about });
  } else if (kind === "refused") {
    bars.put("refused", { template: "bar-refused", words: { title: say(project.proposal ? "proposal.refused" : "refused"), detail: String(values["detail"] ?? "") }, ...about });
  } else if (kind === "asked" && field) {
    const message = String(values["message"] ?? "");
    const title = say(message ? "asked.why" : "asked", { name, field: field.shortPath, message });
    const words = { title, detail: field.isDirty ? say("asked.unsaved") : "" };
    bars.put(`asked:${field.name}`, { template: "bar-asked", words, to: String(values["to"]), ...about });
  } else if (kind === "kept_refused" && field) {
    toast({ text: say("kept_refused", { name, field: field.title }), kind: "info" });
  } else if (kind === "missed_save") {
    const title = say("missed_save", { time: short(new Date(String(values["at"]))) });
    bars.put("missed", { template: "bar-missed-save", words: { title } });
  } else if (kind === "missing") {
    const version = Number(values["version"] ?? 0);
    const words = { title: say("missing", { name }), detail: version > 0 ? say("missing.deleted", { version }) : "" };
    bars.put("missing", { template: version > 0 ? "bar-deleted" : "bar-missing", words, href: String(values["href"] ?? "") });
  } else if (kind === "elsewhere" && field) {
    bars.put(`elsewhere:${field.name}`, { template: "bar-elsewhere", words: { title: say("elsewhere", { field: field.shortPath }) }, field });
  } else if (kind === "review_ended") {
    reviewEnded(bars, String(values["end"]), name, String(values["release"]), String(values["id"]));
  } else if (kind === "submitted") {
    bars.forget("review_ended");
  } else if (kind === "role") {
    toast({ text: say("role"), kind: "info", link: { text: say("role.reload"), href: location.href } });
  } else if (kind === "gave_back" && field) {
    toast({ text: say(values["kept"] ? "gave_back.kept" : "gave_back", { field: field.title }), kind: "info" });
  }
}

/** Who rejected or withdrew the release that was in review, and why; its page has the rest. `end` is the event. */
function reviewEnded(bars: BarStack, end: string, name: string, release: string, id: string): void {
  const key = "review_ended";
  const href = `${project.urls.releases}${id}/`;
  const words = { title: say(end, { name, release }) };
  bars.put(key, { template: "bar-review-ended", words, href });
  void fetchReason(project.urls.api_releases, id).then((reason) => {
    const title = say(WITH_REASON[end] ?? end, { name, release, reason });
    if (reason && bars.get(key)?.href === href) bars.reword(key, { title });
  }, () => undefined);
}

/** Who ended it, and why; what is shown is this person's own text, until they look at the current one. */
function lockEnded(bars: BarStack, field: Field, name: string, token: number): void {
  const key = `lock:${field.name}`;
  const time = short(new Date());
  const title = name ? say("lock_ended.by", { name, field: field.shortPath }) : say("lock_ended", { field: field.shortPath, time });
  const template = "bar-lock-ended";
  bars.put(key, { template, words: { title, ...choicesIn(field) }, field });
  if (!name) return;
  void overruled(field, token).then((words) => {
    // Meanwhile a bar may be there that says what the other saved.
    if (words && bars.get(key)?.template === template) bars.reword(key, { title: words });
  });
}
