import { type Command, Option } from 'commander'
import type { HostConfig } from '../src/stack/config.ts'
import { address, integer, prefix, repeatable, setting } from './values.ts'

/** Where a command's host is on the network. */
export interface TunHostOptions {
  tun: string
  /** Ours. */
  address?: string[]
  /** The kernel's, on the other end of the device. */
  peerAddress?: string[]
  route?: string[]
  gateway?: string[]
  offload: boolean
  mtu?: number
  pcap?: string
  verbose?: boolean
  stats?: boolean
  /** Packets can be lost on request. */
  labWrite?: boolean
  sysctl?: Partial<HostConfig>[]
  /** Where the control socket is to be; false = nowhere. */
  control?: string | false
}

/** What holds when neither --address nor --peer-address is given. */
export const DEFAULT_ADDRESSES = ['10.9.0.2/24', 'fd00:9::2/64']
export const DEFAULT_PEER_ADDRESSES = ['10.9.0.1/24', 'fd00:9::1/64']

export function addTunOptions(command: Command): Command {
  const list = (items: readonly string[]) => items.join(' and ')
  return command
    .optionsGroup('Network:')
    .option('--tun <name>', "TUN device to open, made if it is not there; '' lets the kernel pick a name", 'estab0')
    .option(
      '--address <address/length>',
      `address of estab, IPv4 or IPv6; may be repeated (default: ${list(DEFAULT_ADDRESSES)})`,
      repeatable(prefix),
    )
    .option(
      '--peer-address <address/length>',
      'brings the device up and gives the kernel this address on it; needs root; may be repeated ' +
        `(default for root without --address: ${list(DEFAULT_PEER_ADDRESSES)})`,
      repeatable(prefix),
    )
    .option('--route <prefix/length>', 'further network behind the device; may be repeated', repeatable(prefix))
    .option('--gateway <address>', "everything of this address's family goes to the device", repeatable(address))
    .addOption(new Option('--mtu <bytes>', 'sets the MTU of the device; needs root').argParser(integer(1280, 65_535)))
    .addOption(new Option('--offload', 'checksums and segmentation are left to the kernel').default(true).hideHelp())
    .option('--no-offload', 'every packet goes as on the wire: no segmentation offload, all checksums made here')
    .option(
      '--sysctl <name=value>',
      'a setting by its Linux name, such as tcp_sack=0 or net.ipv4.tcp_keepalive_time=600; may be repeated',
      repeatable(setting),
    )
    .optionsGroup('Watching:')
    .option('--pcap <file>', 'writes every packet to this file, for Wireshark (pcapng)')
    .option('-v, --verbose', 'a line on standard error for every segment')
    .option(
      '--control <path>',
      'where estab ss, sysctl and nstat reach this process, if not where they look themselves',
    )
    .option('--no-control', 'they do not reach it')
    .option('--stats', 'the counters that are not 0, by the names of nstat, on standard error at the end')
    .optionsGroup('Options:')
}

export const NETWORK_HELP = `
Without root: let root make a device for you once,
  sudo ip tuntap add dev estab0 mode tun user $USER
  sudo ip address add 10.9.0.1/24 dev estab0
  sudo ip link set dev estab0 up
and estab attaches to it.`
