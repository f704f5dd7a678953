import { z } from 'zod';
import { bare, descriptionOf } from '../schema-walk.ts';

/** A field as the reference shows it. */
export type FieldRow = {
  /** With the fields it stands in: `errorRate.max`. */
  readonly field: string;
  readonly type: string;
  /** `required`, a default as it would be written, or nothing. */
  readonly default: string;
  readonly description: string;
};

/** Every field of an object, those of objects in it directly after them. */
export function fieldRows(
  schema: z.ZodObject,
  defaults: Readonly<Record<string, string>>,
  parent = '',
): readonly FieldRow[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    const name = parent + key;
    const inner = bare(field);
    const row: FieldRow = {
      field: name,
      type: typeOf(field),
      default: defaults[name] ?? defaultOf(field),
      description: descriptionOf(field) ?? '',
    };
    return inner instanceof z.ZodObject ? [row, ...fieldRows(inner, {}, `${name}.`)] : [row];
  });
}

function defaultOf(schema: unknown): string {
  if (schema instanceof z.ZodOptional) return '';
  if (!(schema instanceof z.ZodDefault)) return 'required';
  const value = schema.def.defaultValue;
  if (titleOf(schema) === 'Duration') return `\`${value}s\``;
  return typeof value === 'object' ? '' : `\`${value}\``;
}

function typeOf(schema: unknown): string {
  const title = titleOf(schema);
  if (title !== undefined) return title.toLowerCase();
  const inner = bare(schema);
  if (inner instanceof z.ZodLiteral) return `\`${String(inner.value)}\``;
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `\`${option}\``).join(', ');
  if (inner instanceof z.ZodNumber) return numberType(inner);
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.element)}`;
  if (inner instanceof z.ZodRecord) return `${typeOf(inner.valueType)} by name`;
  if (inner instanceof z.ZodString) return 'text';
  return 'fields';
}

function numberType({ minValue, maxValue, isInt }: z.ZodNumber): string {
  const word = isInt ? 'whole number' : 'number';
  const low = minValue === null || minValue <= Number.MIN_SAFE_INTEGER ? undefined : minValue;
  const high = maxValue === null || maxValue >= Number.MAX_SAFE_INTEGER ? undefined : maxValue;
  if (low !== undefined && high !== undefined) return `${word}, ${low} to ${high}`;
  return low === undefined || !isInt ? word : `${word}, ${low} or more`;
}

function titleOf(schema: unknown): string | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const title = schema.meta()?.title;
  if (title !== undefined) return title;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? titleOf(schema.unwrap())
    : undefined;
}
