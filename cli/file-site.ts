import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Failure } from './failure.ts'
import { isWithin } from './http-path.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** A file that was found; whoever gets it closes `fd`. */
export interface OpenFile {
  readonly kind: 'file'
  readonly fd: number
  readonly size: number
  readonly type: string
  readonly modified: Date
}

/** 'unavailable': for want of descriptors and the like, another time it may be there. */
export type Found = OpenFile | { readonly kind: 'folder' | 'none' | 'unavailable' }

/** Errors that say that the path leads to no file for us. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'])

/** A folder whose files are served. */
export class FileSite {
  private readonly root: string

  /** Throws Failure when `root` is no folder. */
  constructor(root: string) {
    try {
      this.root = realpathSync.native(root)
      closeSync(openSync(this.root, constants.O_RDONLY | constants.O_DIRECTORY))
    } catch (error) {
      throw new Failure(`the folder to be served cannot be opened: ${(error as Error).message}`)
    }
  }

  /**
   * Opens the file at `path`, which http-path.ts has made: 'a/b.txt'. A folder with a slash gives its
   * index.html; one without is 'folder'. Nothing outside of the root is found, symbolic links or not.
   */
  open(path: string): Found {
    const asked = join(this.root, path === '' || path.endsWith('/') ? `${path}index.html` : path)
    let fd = -1
    try {
      const real = realpathSync.native(asked)
      if (!isWithin(this.root, real)) return { kind: 'none' }
      // Without waiting for the writer of a named pipe.
      fd = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
      const status = fstatSync(fd)
      if (status.isFile()) {
        const type = TYPES[extname(real).toLowerCase()] ?? 'application/octet-stream'
        return { kind: 'file', fd, size: status.size, type, modified: status.mtime }
      }
      closeSync(fd)
      return status.isDirectory() && !asked.endsWith('/index.html') ? { kind: 'folder' } : { kind: 'none' }
    } catch (error) {
      if (fd >= 0) closeSync(fd)
      return { kind: ABSENT.has((error as NodeJS.ErrnoException).code ?? '') ? 'none' : 'unavailable' }
    }
  }
}
