import { z } from 'zod';

/** The schema without what only says that a value may be left out or is transformed. */
export function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return bare(schema.unwrap());
  if (schema instanceof z.ZodPipe) return bare(schema.in);
  return schema;
}

/** The schema of the value at a path below another. Unions are decided by what is written there. */
export function schemaAt(schema: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const here = decide(bare(schema), value);
  const [step, ...rest] = path;
  if (step === undefined) return here;
  const below = part(value, step);
  if (here instanceof z.ZodObject) return schemaAt(here.shape[step], rest, below);
  if (here instanceof z.ZodArray) return schemaAt(here.element, rest, below);
  if (here instanceof z.ZodRecord) return schemaAt(here.valueType, rest, below);
  return undefined;
}

function decide(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodUnion && !(schema instanceof z.ZodDiscriminatedUnion)) {
    const strangers = (option: unknown) =>
      Object.keys(Object(value)).filter((field) => !fieldsOf(bare(option)).includes(field)).length;
    const objects = schema.options.filter((option) => bare(option) instanceof z.ZodObject);
    const [nearest] = objects.toSorted((one, other) => strangers(one) - strangers(other));
    return objects.length === schema.options.length ? bare(nearest) : schema;
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const kind = part(value, 'kind');
  return schema.options.find((option) => option instanceof z.ZodObject && kindOf(option) === kind) ?? schema;
}

/** The value that the field `kind` of an object must have. */
export function kindOf(schema: z.ZodObject): string | undefined {
  const kind: unknown = schema.shape.kind;
  return kind instanceof z.ZodLiteral ? String(kind.value) : undefined;
}

/** Fields that may stand at this place. */
export function fieldsOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** What a field of an object is for, in words. */
export function descriptionOf(schema: unknown): string | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  if (schema.description !== undefined) return schema.description;
  const inner = bare(schema);
  return inner === schema ? undefined : descriptionOf(inner);
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(part, value);
}

/** A field or an item of a value; `undefined` where there is none. */
export function part(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[step];
}
