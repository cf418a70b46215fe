import { Controller } from "@hotwired/stimulus";
import { FieldTree, MIN_FILTERED } from "../../workspace/field_tree";

/** The fields of an old version: a tree of links, with the folders folded as in the workspace. */
export class FieldsController extends Controller<HTMLElement> {
  static override targets = ["row", "folder", "tree", "filterBox", "filter", "none"];
  static override values = { project: String };
  declare readonly rowTargets: HTMLAnchorElement[];
  declare readonly treeTarget: HTMLElement;
  declare readonly filterBoxTarget: HTMLElement;
  declare readonly filterTarget: HTMLInputElement;
  declare readonly noneTarget: HTMLElement;
  declare readonly projectValue: string;
  private tree!: FieldTree;

  override connect(): void {
    this.tree = new FieldTree(this.treeTarget, this.projectValue);
    this.filterBoxTarget.hidden = this.rowTargets.length < MIN_FILTERED;
    this.tree.paint();
    this.revealChosen();
  }

  fold(event: Event): void {
    this.tree.toggle(event.currentTarget as HTMLElement);
  }

  key(event: KeyboardEvent): void {
    if (this.tree.key(event)) event.preventDefault();
  }

  filter(): void {
    this.tree.filter(this.filterTarget.value);
    this.noneTarget.hidden = this.tree.isAny;
  }

  filterKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "Enter") this.tree.enter();
    else if (event.key === "Escape" && this.filterTarget.value) this.clearFilter();
    else return;
    event.preventDefault();
  }

  private clearFilter(): void {
    this.filterTarget.value = "";
    this.filter();
    this.revealChosen();
  }

  private revealChosen(): void {
    const row = this.rowTargets.find((one) => one.ariaCurrent === "true");
    if (row) this.tree.reveal(row);
  }
}
