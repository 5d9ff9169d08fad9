extension PostgresError {
    /// The kinds of failure. Open: later versions may add some, so a `switch` needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Base: String {
            case uniqueViolation, checkViolation, foreignKeyViolation, notNullViolation
            case numericValueOutOfRange
            case serializationFailure, deadlockDetected, lockTimeout, queryCanceled
            case insufficientPrivilege, insufficientResources, raisedException
            case undefinedObject, duplicateObject, objectInUse, objectNotReady
            case connectionFailed, connectionLost, commitOutcomeUnknown
            case overloaded, closed
            case invalidValue, unexpectedNull, malformedMessage
            case migrationChanged, databaseNewer
            case other
        }

        private let base: Base

        public var description: String { base.rawValue }

        /// 23505: a row with this key is there already.
        public static let uniqueViolation = Code(base: .uniqueViolation)
        /// 23514: a CHECK constraint refused the row.
        public static let checkViolation = Code(base: .checkViolation)
        /// 23503: the row that is pointed at is missing, or is still pointed at.
        public static let foreignKeyViolation = Code(base: .foreignKeyViolation)
        /// 23502: a column needs a value.
        public static let notNullViolation = Code(base: .notNullViolation)
        /// 22003: a number is too large for its type.
        public static let numericValueOutOfRange = Code(base: .numericValueOutOfRange)
        /// 40001: a concurrent transaction came first; `Database` retries it.
        public static let serializationFailure = Code(base: .serializationFailure)
        /// 40P01: a deadlock ended in this transaction's disfavour; `Database` retries it.
        public static let deadlockDetected = Code(base: .deadlockDetected)
        /// 55P03: `lock_timeout` passed, or NOWAIT found the row locked.
        public static let lockTimeout = Code(base: .lockTimeout)
        /// 57014, 25P03: `statement_timeout` passed, somebody cancelled the statement, or the
        /// transaction's body took longer than `idle_in_transaction_session_timeout`.
        public static let queryCanceled = Code(base: .queryCanceled)
        /// 42501: the role may not do this.
        public static let insufficientPrivilege = Code(base: .insufficientPrivilege)
        /// Class 53: the server is out of disk, memory or connections.
        public static let insufficientResources = Code(base: .insufficientResources)
        /// P0001: a trigger or function of ours raised an exception.
        public static let raisedException = Code(base: .raisedException)
        /// 42704: there is no such object, for example no such replication slot.
        public static let undefinedObject = Code(base: .undefinedObject)
        /// 42710: an object of this name exists, for example a replication slot.
        public static let duplicateObject = Code(base: .duplicateObject)
        /// 55006: somebody else is using it, for example the replication slot.
        public static let objectInUse = Code(base: .objectInUse)
        /// 55000: it cannot be used any more, for example a replication slot whose WAL is gone.
        public static let objectNotReady = Code(base: .objectNotReady)
        /// No connection could be made. Nothing was done.
        public static let connectionFailed = Code(base: .connectionFailed)
        /// The connection broke before COMMIT was sent. Nothing was done.
        public static let connectionLost = Code(base: .connectionLost)
        /// The connection broke during COMMIT: the transaction may stand or not.
        public static let commitOutcomeUnknown = Code(base: .commitOutcomeUnknown)
        /// Too many transactions wait already; this one was refused at once.
        public static let overloaded = Code(base: .overloaded)
        /// The `Database` is closed.
        public static let closed = Code(base: .closed)
        /// A value cannot be sent to, or be read from, a column of this type.
        public static let invalidValue = Code(base: .invalidValue)
        /// NULL was read as a type that is not Optional.
        public static let unexpectedNull = Code(base: .unexpectedNull)
        /// A replication message does not follow the protocol.
        public static let malformedMessage = Code(base: .malformedMessage)
        /// A migration that was applied is not the one that the program has.
        public static let migrationChanged = Code(base: .migrationChanged)
        /// The database holds a migration that the program does not know.
        public static let databaseNewer = Code(base: .databaseNewer)
        /// Any other; see `sqlState`.
        public static let other = Code(base: .other)

        /// The code that a SQLSTATE stands for
        /// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
        init(sqlState: String) {
            base =
                switch sqlState {
                case "23505": .uniqueViolation
                case "23514": .checkViolation
                case "23503": .foreignKeyViolation
                case "23502": .notNullViolation
                case "22003": .numericValueOutOfRange
                case "40001": .serializationFailure
                case "40P01": .deadlockDetected
                case "55P03": .lockTimeout
                case "57014", "25P03": .queryCanceled
                case "42501": .insufficientPrivilege
                case "P0001": .raisedException
                case "42704": .undefinedObject
                case "42710": .duplicateObject
                case "55006": .objectInUse
                case "55000": .objectNotReady
                case "57P01", "57P02", "57P03", "57P05": .connectionLost
                case let other where other.hasPrefix("08"): .connectionLost
                case let other where other.hasPrefix("53"): .insufficientResources
                default: .other
                }
        }

        private init(base: Base) { self.base = base }
    }
}
