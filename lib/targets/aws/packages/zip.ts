import { crc32, deflateRawSync } from 'node:zlib';

/** One file or link of an archive. */
export type ZipEntry = {
  /** `/` between names. */
  readonly path: string;
  /** Of a link: where it leads. */
  readonly content: Buffer;
  readonly type: 'file' | 'executable' | 'symlink';
};

/** Without ZIP64 the directory counts its entries in 16 bits. */
export const MOST_ENTRIES = 0xffff;

/**
 * The bytes of a zip archive, which depend on names, content, links and the executable bit alone.
 * Layout: APPNOTE 6.3.10, without ZIP64: at most 65535 entries and 4 GB (https://pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.10.TXT).
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, type } of entries) {
    const name = Buffer.from(path, 'utf8');
    const compressed = deflateRawSync(content);
    const facts = factsOf(content, compressed.length, name.length);
    const local = Buffer.concat([uint32(0x04034b50), uint16(VERSION), facts, name, compressed]);
    files.push(local);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16(UNIX | VERSION),
        uint16(VERSION),
        facts,
        // comment length, disk number, internal attributes
        uint16(0),
        uint16(0),
        uint16(0),
        uint32((MODES[type] << 16) >>> 0),
        uint32(offset),
        name,
      ]),
    );
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.concat([
    uint32(0x06054b50),
    uint16(0),
    uint16(0),
    uint16(entries.length),
    uint16(entries.length),
    uint32(list.length),
    uint32(offset),
    uint16(0),
  ]);
  return Buffer.concat([...files, list, end]);
}

/** 2.0, the version that reads deflated entries. */
const VERSION = 20;
/** The high byte of "version made by": the attributes below are those of Unix. */
const UNIX = 3 << 8;
const MODES = { file: 0o100644, executable: 0o100755, symlink: 0o120777 } as const;

/** Names are UTF-8. */
const UTF8 = 0x0800;
const DEFLATED = 8;
/** The first of January 1980, the earliest that the format knows. */
const DATE = (1 << 5) | 1;

/** What the local header and the directory say alike, from the flags to the length of the extra field. */
function factsOf(content: Buffer, compressed: number, nameLength: number): Buffer {
  return Buffer.concat([
    uint16(UTF8),
    uint16(DEFLATED),
    uint16(0),
    uint16(DATE),
    uint32(crc32(content)),
    uint32(compressed),
    uint32(content.length),
    uint16(nameLength),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
