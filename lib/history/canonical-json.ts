/**
 * The JSON text of a value with the members of every object sorted by name, so that equal values have equal texts.
 * Members that are `undefined` are left out, as JSON does.
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme).
 *
 * Errors: `TypeError` for what JSON cannot hold, such as `NaN` or a function.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON text: expected a finite number`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
      return canonicalObject(value as Readonly<Record<string, unknown>>);
    default:
      throw new TypeError(`a value of type ${typeof value} has no JSON text: expected plain JSON data`);
  }
}

function canonicalObject(object: Readonly<Record<string, unknown>>): string {
  const members = Object.keys(object)
    .filter((name) => object[name] !== undefined)
    // Without a comparator, sort() orders by UTF-16 code units, as the source asks.
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name])}`);
  return `{${members.join(',')}}`;
}
