/** The values of a statement, kept apart from its text: nothing a caller says is ever SQL. */
export class Parameters {
  readonly values: string[] = [];

  /** Adds a value and gives the placeholder that stands for it; PostgreSQL infers its type from where it stands. */
  add(value: string): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** `{"one","two"}` as PostgreSQL reads arrays. */
export function arrayLiteral(values: string[]): string {
  const quoted = values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  return `{${quoted.join(',')}}`;
}
