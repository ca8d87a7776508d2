import type { Mutation } from './mutation.ts'
import { mutationsA } from './mutations-a.ts'
import { mutationsB } from './mutations-b.ts'
import { mutationsC } from './mutations-c.ts'
import { mutationsEcn } from './mutations-ecn.ts'

export const mutations: readonly Mutation[] = [...mutationsA, ...mutationsB, ...mutationsC, ...mutationsEcn]
