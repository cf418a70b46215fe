import type { Person, Present } from "../protocol";

/** Who is in the project, and in which fields, as presence reports it. */
export class People {
  present: Present[] = [];

  constructor(private readonly changed: () => void) {}

  setPresent(present: Present[]): void {
    this.present = present;
    this.changed();
  }

  has(person: Person): boolean {
    return this.present.some(({ user }) => user.id === person.id);
  }

  joined(person: Person): void {
    this.setPresent([...this.without(person), { user: person, fields: [] }]);
  }

  left(person: Person): void {
    this.setPresent(this.without(person));
  }

  /** A person is shown in the field that their cursor was in last. */
  movedTo(person: Person, field: string): void {
    const known = this.present.find(({ user }) => user.id === person.id);
    if (known?.fields.length === 1 && known.fields[0] === field) return;
    this.setPresent([...this.without(person), { user: person, fields: field ? [field] : [] }]);
  }

  private without(person: Person): Present[] {
    return this.present.filter(({ user }) => user.id !== person.id);
  }
}
