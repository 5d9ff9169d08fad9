import Contracts
import FoundationEssentials
import Money
import Testing

/// One message and the bytes that it must be on the wire, today and for as long as v1 lives.
struct Golden: Sendable, CustomTestStringConvertible {
    let type: String
    let json: String
    let route: Route?
    /// Writes the value.
    let encode: @Sendable () throws -> [UInt8]
    /// Reads the bytes and says whether the same value comes out.
    let decodes: @Sendable ([UInt8]) throws -> Bool

    /// What routes a message, as it is and as it is promised.
    struct Route: Sendable {
        let topic: Topic
        let key: String
        let subject: String
        let promisedKey: String
        let promisedSubject: String
    }

    var testDescription: String { type }

    /// A command or an event, with what routes it.
    init<M: Message>(_ message: M, key: String, subject: String, _ json: String) {
        self.type = M.type
        self.json = json
        self.route = Route(
            topic: M.topic, key: message.key, subject: message.subject, promisedKey: key,
            promisedSubject: subject)
        self.encode = { try WireJSON.encode(message) }
        self.decodes = { try WireJSON.decode(M.self, from: $0) == message }
    }

    /// The answer to a command.
    init<C: Command>(_ command: C.Type, _ reply: Reply<C.Done>, _ json: String) {
        self.type = C.replyType
        self.json = json
        self.route = nil
        self.encode = { try AnyReply.answer(command, reply).payload }
        self.decodes = { try WireJSON.decode(Reply<C.Done>.self, from: $0) == reply }
    }
}

/// Fixed ids, amounts and currencies for the golden messages.
enum Sample {
    static let payment = PaymentID(uuid(1))
    static let source = AccountID(uuid(2))
    static let destination = AccountID(uuid(3))
    static let customer = CustomerID(uuid(4))
    static let invoice = InvoiceID(uuid(5))
    static let hold = HoldID(uuid(6))
    static let transfer = TransferID(uuid(7))
    static let feePlan = FeePlanID(uuid(8))
    static let saga = SagaID(uuid(9))
    static let refund = RefundID(uuid(0x10))
    static let creditNote = CreditNoteID(uuid(0x11))
    static let reversal = TransferID(uuid(0x12))
    static let dollars = Currency("USD")!

    static func usd(_ minorUnits: Int64) -> Money { Money(minorUnits, dollars) }

    private static func uuid(_ last: UInt8) -> UUID {
        UUID(
            uuid: (
                0x01, 0x90, 0x16, 0x3d, 0x86, 0x94, 0x73, 0x9b,
                0xae, 0xa5, 0x96, 0x6c, 0x26, 0xf8, 0xad, last
            ))
    }
}
