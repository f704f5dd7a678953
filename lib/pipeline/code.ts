/** Every code a finding can have: NE1xx the text, NE2xx its shape, NE3xx what the pipeline would do. Codes are never reused. */
export type Code = TextCode | ShapeCode | LintCode;

export type TextCode =
  | 'NE101'
  | 'NE102'
  | 'NE103'
  | 'NE104'
  | 'NE105'
  | 'NE106'
  | 'NE107'
  | 'NE108'
  | 'NE109'
  | 'NE110'
  | 'NE111';

export type ShapeCode =
  | 'NE201'
  | 'NE202'
  | 'NE203'
  | 'NE204'
  | 'NE205'
  | 'NE206'
  | 'NE207'
  | 'NE208'
  | 'NE209'
  | 'NE210'
  | 'NE211'
  | 'NE212'
  | 'NE213'
  | 'NE214'
  | 'NE215';

export type LintCode =
  | 'NE301'
  | 'NE302'
  | 'NE303'
  | 'NE304'
  | 'NE305'
  | 'NE306'
  | 'NE307'
  | 'NE308'
  | 'NE309'
  | 'NE310'
  | 'NE311'
  | 'NE312'
  | 'NE313'
  | 'NE314'
  | 'NE320'
  | 'NE330'
  | 'NE331'
  | 'NE332'
  | 'NE333'
  | 'NE340'
  | 'NE341'
  | 'NE350'
  | 'NE351';
