export type Code = `NE${number}`;
