import { describe, expect, it } from 'vitest'
import { attachError, checkName, EACCES, EBUSY, EINVAL, ENOENT, EPERM, openError, TunError } from './errors.ts'

describe('errors of opening', () => {
  it('say what to do', () => {
    expect(openError(EACCES)).toMatchObject({
      code: 'ERR_TUN_PERMISSION',
      message: expect.stringMatching(/root.*chmod.*NET_ADMIN/),
    })
    expect(openError(ENOENT)).toMatchObject({ code: 'ERR_TUN_MISSING', message: expect.stringMatching(/modprobe tun/) })
    expect(attachError('tun3', EPERM)).toMatchObject({
      code: 'ERR_TUN_PERMISSION',
      message: expect.stringMatching(/root.*ip tuntap add dev tun3 mode tun user \$USER/),
    })
    expect(attachError('tun3', EBUSY)).toMatchObject({
      code: 'ERR_TUN_BUSY',
      message: expect.stringMatching(/another process.*tun3/),
    })
    expect(attachError('eth7', EINVAL)).toMatchObject({ code: 'ERR_TUN_KIND', message: expect.stringMatching(/eth7/) })
  })

  it('name a device where the kernel was to pick one', () => {
    expect(attachError('', EPERM).message).toContain('dev tun0 mode')
    expect(attachError('tun%d', EPERM).message).toContain('dev tun0 mode')
  })

  it('keep the number of a failure without advice', () => {
    expect(openError(24)).toMatchObject({ code: 'ERR_TUN_SYSTEM', errno: 24 })
    expect(attachError('tun0', 12)).toMatchObject({ code: 'ERR_TUN_SYSTEM', errno: 12 })
  })

  it('keep their cause', () => {
    const cause = new Error('below')
    expect(openError(EACCES, cause).cause).toBe(cause)
    expect('cause' in openError(EACCES)).toBe(false)
  })
})

describe('checkName', () => {
  it.each(['', 'tun0', 'tun%d', 'fifteen-letters', 'a.b'])("takes '%s'", (name) => {
    expect(() => checkName(name)).not.toThrow()
  })

  it.each(['sixteen--letters', 'a/b', 'a:b', 'a b', '.', '..', 'tün', 'a%', '%d%d', '%s', 'a\0'])(
    "refuses '%s'",
    (name) => {
      expect(() => checkName(name)).toThrow(TunError)
    },
  )
})
