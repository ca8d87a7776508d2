/** Pixels of the picture to one of the drawing. */
const SCALE = 2
/** No canvas of a browser is longer, pixels. */
const LONGEST = 16_384

/** An SVG document as a PNG; null when it is too large for one. */
export async function pngOf(svg: string): Promise<Blob | null> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.ceil(image.naturalWidth * SCALE)
    canvas.height = Math.ceil(image.naturalHeight * SCALE)
    if (canvas.height > LONGEST || canvas.width > LONGEST) return null
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** Gives the user a file. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
