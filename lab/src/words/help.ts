/** Keys and what they do, group by group; several keys of one kind are parted by a space. */
type Help = readonly { readonly title: string; readonly rows: readonly (readonly [keys: string, text: string])[] }[]

const EN: Help = [
  {
    title: 'Time',
    rows: [
      ['Space', 'play, pause'],
      ['← →', 'one event back, on'],
      ['[ ]', 'to the last, the next change of a state'],
      ['Home End', 'to the beginning, the end'],
      ['G', 'go to a time'],
    ],
  },
  {
    title: 'The chosen segment',
    rows: [
      ['L', 'lose it'],
      ['D', 'delay it'],
      ['M', 'all that can be done to it'],
      ['F', 'fork: the next change lays the two futures side by side'],
      ['z Z', 'undo, redo'],
    ],
  },
  {
    title: 'View',
    rows: [
      ['+ -', 'zoom'],
      ['s', 'state diagram'],
      ['c', 'charts'],
      ['a', 'absolute sequence numbers'],
      ['/', 'search scenarios'],
      ['?', 'this sheet'],
    ],
  },
]
const ZH: Help = [
  {
    title: '时间',
    rows: [
      ['Space', '播放、暂停'],
      ['← →', '后退、前进一个事件'],
      ['[ ]', '到上一次、下一次状态变化'],
      ['Home End', '到开头、结尾'],
      ['G', '转到某一时刻'],
    ],
  },
  {
    title: '选中的报文段',
    rows: [
      ['L', '让它丢失'],
      ['D', '让它延迟'],
      ['M', '还能对它做什么'],
      ['F', '分叉：下一次改动之后，两种走向并排对照'],
      ['z Z', '撤销、重做'],
    ],
  },
  {
    title: '视图',
    rows: [
      ['+ -', '缩放'],
      ['s', '状态图'],
      ['c', '图表'],
      ['a', '绝对序号'],
      ['/', '搜索场景'],
      ['?', '本页'],
    ],
  },
]

export const HELP_WORDS = {
  en: {
    title: 'Keys and gestures',
    groups: EN,
    gestures: 'With the hand',
    hand: [
      'Click a segment to see its bytes and why it was sent; a host or a state for what it holds or means.',
      'Drag a segment that is under way to the margin to lose it, or downwards to delay it.',
      'A right click, or a long press, offers the rest: duplicate, corrupt, forge, pull the cable, crash the host.',
      'Scroll to move along the ladder; Ctrl and scroll, or two fingers, to zoom.',
    ],
  },
  zh: {
    title: '快捷键与手势',
    groups: ZH,
    gestures: '鼠标与触摸',
    hand: [
      '点击报文段，查看它的字节和发送的原因；点击主机或状态，查看它持有什么、表示什么。',
      '把在途的报文段拖到边上，它就丢失；往下拖，它就延迟。',
      '右击或长按，还可以复制、损坏、伪造报文段，拔掉网线，让主机断电。',
      '滚动可沿时序图移动；按住 Ctrl 滚动或双指张合可缩放。',
    ],
  },
} as const
