import CanonicalJSON
import Hummingbird
import Postgres

extension Problem {
    /// What the caller is told of an error that nobody turned into a problem: as much as helps
    /// to go on, and nothing of our insides.
    static func telling(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as DecodingError: Problem(error)
        case let fault as JSONFault: Problem(fault)
        case let error as PostgresError: telling(error)
        case let error as HTTPError: telling(error)
        case is CancellationError:
            .unavailable(code: HostCode.shuttingDown, detail: "Send it again with the same key.")
        default: .internal
        }
    }

    private static func telling(_ error: PostgresError) -> Problem {
        switch error.code {
        case .overloaded:
            .unavailable(code: HostCode.overloaded, detail: "Too much is waiting; try again soon.")
        case .connectionFailed, .connectionLost, .closed, .insufficientResources:
            .unavailable(code: HostCode.databaseUnavailable, detail: "Try again soon.")
        case .commitOutcomeUnknown:
            .unavailable(
                code: HostCode.outcomeUnknown,
                detail: "It may have been done. Send it again with the same Idempotency-Key.")
        case .lockTimeout, .queryCanceled, .serializationFailure, .deadlockDetected:
            .unavailable(
                code: HostCode.busy, detail: "Others hold what this needs; try again soon.")
        default: error.isRefusedText ? .unstorable : .internal
        }
    }

    private static let unstorable = Problem.badRequest(
        code: HostCode.invalidField, detail: "A text holds a character that cannot be stored.")

    private static func telling(_ error: HTTPError) -> Problem {
        switch error.status {
        case .notFound:
            .notFound(code: HostCode.unknownRoute, detail: "There is no such route.")
        case .contentTooLarge: .contentTooLarge(JSONBody.limit)
        case let status where status.kind == .clientError:
            Problem(status: status.code, code: HostCode.badRequest, detail: status.reasonPhrase)
        default: .internal
        }
    }
}

extension PostgresError {
    /// character_not_in_repertoire, untranslatable_character: the second wall behind the
    /// scanner.
    fileprivate var isRefusedText: Bool { sqlState == "22021" || sqlState == "22P05" }
}
