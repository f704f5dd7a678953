import { pad, widthOf } from './width.ts';

/** Rows as aligned columns, two spaces apart. `paint` colours a cell after it was measured. */
export function table(
  rows: readonly (readonly string[])[],
  paint: (cell: string, column: number, row: number) => string = (cell) => cell,
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        const isLast = column === row.length - 1;
        const painted = paint(cell, column, index);
        return isLast ? painted : painted + pad(cell, widths[column] ?? 0).slice(cell.length);
      })
      .join('  ')
      .trimEnd(),
  );
}
