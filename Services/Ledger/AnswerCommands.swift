import Contracts
import Outbox
import Postgres

/// A command that the ledger carries out for a saga.
protocol BookCommand: Command {
    /// Names what the book must hold.
    func name(in workingSet: inout WorkingSet, for tenant: String)
    /// Decides it. Throws why it is refused.
    func carryOut(on book: inout Book, for cause: Cause) throws(LedgerRefusal) -> Done
}

/// A message on the command topic that is not one of the ledger's commands.
struct UnknownCommand: Error, Equatable, CustomStringConvertible {
    let type: String
    var description: String { "the ledger knows no command '\(type)'" }
}

/// The ledger as a participant of other services' sagas.
enum AnswerCommands {
    static let participant = Participant(
        source: Journal.source, replyTopic: Topic.paymentReplies.rawValue)

    /// Answers a batch of commands, each exactly once.
    static func handle(_ commands: [Envelope], in tx: borrowing Transaction) throws {
        try participant.handle(commands, in: tx) { fresh in try apply(fresh, in: tx) }
    }

    /// Loads the book once for all of them, decides each in order, writes once. Throws
    /// `DecodingError` or `UnknownCommand` for a message that no saga of ours can have sent.
    static func apply(_ envelopes: [Envelope], in tx: borrowing Transaction) throws -> [AnyReply] {
        let commands = try commands(in: envelopes)
        var book = try Book.load(workingSet(of: commands), in: tx)
        let replies = try decide(commands, on: &book)
        try book.record(in: tx)
        return replies
    }

    /// A command, and on whose behalf it came.
    typealias Asked = (command: any BookCommand, cause: Cause)

    /// Reads the commands of a batch. Throws like `apply`.
    static func commands(in envelopes: [Envelope]) throws -> [Asked] {
        try envelopes.map { (try command(in: $0), Cause($0)) }
    }

    /// All that they name.
    static func workingSet(of commands: [Asked]) -> WorkingSet {
        var named = WorkingSet()
        for (command, cause) in commands { command.name(in: &named, for: cause.tenant) }
        return named
    }

    /// Decides them in order. Throws `EncodingError` for a reply that is not JSON.
    static func decide(_ commands: [Asked], on book: inout Book) throws -> [AnyReply] {
        try commands.map { command, cause in try command.reply(on: &book, for: cause) }
    }

    private static func command(in envelope: Envelope) throws -> any BookCommand {
        switch envelope.type {
        case PlaceHold.type: try envelope.decode(PlaceHold.self)
        case VoidHold.type: try envelope.decode(VoidHold.self)
        case PostHold.type: try envelope.decode(PostHold.self)
        case ReverseTransfer.type: try envelope.decode(ReverseTransfer.self)
        default: throw UnknownCommand(type: envelope.type)
        }
    }
}

extension BookCommand {
    fileprivate func reply(on book: inout Book, for cause: Cause) throws -> AnyReply {
        let reply: Reply<Done>
        do throws(LedgerRefusal) {
            reply = .done(try carryOut(on: &book, for: cause))
        } catch {
            reply = .refused(error.answer)
        }
        return try .answer(Self.self, reply)
    }
}

extension Cause {
    fileprivate init(_ command: Envelope) {
        self.init(
            tenant: command.tenant, actor: "saga", requestID: command.saga?.saga.description,
            traceparent: command.traceparent, saga: command.saga?.saga)
    }
}
