import Contracts
import FoundationEssentials

@testable import Outbox

/// What every service has in its database besides its business.
struct ServiceTables {
    var inbox = Table<UUID, Bool>()
    var barrier = Table<SagaAddress, Barrier.Answer>()
    var outbox = Log<Envelope>()

    mutating func commit() {
        inbox.commit()
        barrier.commit()
        outbox.commit()
    }

    mutating func rollBack() {
        inbox.rollBack()
        barrier.rollBack()
        outbox.rollBack()
    }
}

/// A service with its database. Whatever it is told to do is a transaction, which ends by `commit`
/// or by `rollBack`, and is all there or not at all.
protocol Service: AnyObject {
    /// The topic that it reads.
    var topic: Topic { get }
    var tables: ServiceTables { get set }

    /// Handles messages that it has not seen before.
    func handle(_ fresh: [Envelope]) throws
    func commitBusiness()
    func rollBackBusiness()
}

extension Service {
    /// Handles a batch as a consumer hands it on: what came before is left out.
    func receive(_ batch: [Envelope]) throws {
        var fresh: [Envelope] = []
        for envelope in batch where tables.inbox[envelope.id] == nil {
            tables.inbox[envelope.id] = true
            fresh.append(envelope)
        }
        if !fresh.isEmpty { try handle(fresh) }
    }

    func commit() {
        tables.commit()
        commitBusiness()
    }

    func rollBack() {
        tables.rollBack()
        rollBackBusiness()
    }
}

/// A service that answers commands behind the real barrier.
protocol ParticipatingService: Service {
    var participant: Participant { get }
    /// A bug to be found: which outcomes the barrier forgets to write.
    var forgets: Set<Barrier.Answer.Outcome> { get }
    /// Decides commands that the barrier lets through, in order.
    func apply(_ commands: [Envelope]) throws -> [AnyReply]
}

extension ParticipatingService {
    func handle(_ fresh: [Envelope]) throws {
        let addressed = fresh.compactMap { command in command.saga.map { (command, $0) } }
        var barrier = Barrier()
        for (_, address) in addressed {
            for direction in SagaAddress.Direction.allCases {
                let place = SagaAddress(
                    saga: address.saga, step: address.step, direction: direction)
                if let answer = tables.barrier[place] { barrier.load(answer, at: place) }
            }
        }
        let commands = addressed.map(\.0)
        let replies = try participant.answer(
            commands, at: addressed.map(\.1), barrier: &barrier, apply: apply)
        for (address, answer) in barrier.unwritten where !forgets.contains(answer.outcome) {
            tables.barrier[address] = answer
        }
        for (command, reply) in zip(commands, replies) {
            tables.outbox.append(participant.envelope(answering: command, with: reply))
        }
    }
}
