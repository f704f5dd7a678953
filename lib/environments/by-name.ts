/** Values by name. It inherits nothing, so that a look-up of `constructor` finds what was put there or nothing. */
export type ByName<Value> = Readonly<Record<string, Value>>;

/** A record without a name in it. Pure. */
export function nothingByName<Value>(): ByName<Value> {
  return Object.create(null);
}

/** A record with a value put under a name. Pure. */
export function withNamed<Value>(record: ByName<Value>, name: string, value: Value): ByName<Value> {
  return Object.assign(Object.create(null), record, { [name]: value });
}

/** A record without what is under a name. Pure. */
export function withoutNamed<Value>(record: ByName<Value>, name: string): ByName<Value> {
  const { [name]: _, ...others } = record;
  return Object.assign(Object.create(null), others);
}
