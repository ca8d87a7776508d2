import fc from 'fast-check'

// By default no generated array, string or script has more than ten elements, whatever its maxLength says.
fc.configureGlobal({ baseSize: 'medium' })
