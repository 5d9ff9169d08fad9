import Postgres

/// Whose fault it is that a batch failed.
enum FailureVerdict {
    /// Nobody's: the same batch will pass once the world is well again.
    case passing
    /// The batch's: smaller ones may pass. A single message is tried until it does: its partition
    /// waits rather than that a slow hour sets money's messages aside.
    case tooMuch
    /// A message's.
    case poison

    init(_ error: any Error) {
        switch error {
        case is CancellationError, is InjectedFailure: self = .passing
        case let error as PostgresError: self.init(error)
        // A handler that cannot yet: what others ask of it may pass.
        case let problem as Problem where problem.status == 503: self = .tooMuch
        default: self = .poison
        }
    }

    private init(_ error: PostgresError) {
        switch error.code {
        case .connectionFailed, .connectionLost, .commitOutcomeUnknown, .overloaded, .closed,
            .serializationFailure, .deadlockDetected, .insufficientPrivilege:
            self = .passing
        case .lockTimeout, .queryCanceled: self = .tooMuch
        default:
            let kind = error.sqlState.map { String($0.prefix(2)) } ?? ""
            self = Self.notAboutRows.contains(kind) ? .passing : .poison
        }
    }

    /// Classes of SQLSTATE that tell of the server, the session or the program, not of a row: a
    /// primary that became a standby, a full disk, a missing table. Setting messages aside for
    /// those would set every message aside. Class 54, a limit of the server, is about a row: a text
    /// that an index cannot take, a JSON that is nested too deeply.
    private static let notAboutRows: Set<String> = [
        "08", "0A", "25", "26", "28", "3D", "40", "42", "53", "55", "57", "58", "F0", "XX",
    ]
}
