import Contracts
import FoundationEssentials
import LocalStack
import Money
import Testing

@testable import Billing
@testable import Ledger
@testable import Payment
@testable import ServiceHost

/// That the schemas of requests say what the programs read.
@Suite("OpenAPI requests")
struct RequestTests {
    /// What the handlers take, by the name of its schema.
    func inputs(of service: ServiceAPI) -> [String: any Codable.Type] {
        let own: [String: any Codable.Type] =
            switch service {
            case .ledger:
                [
                    "OpenAccount": OpenAccount.self, "UpdateAccount": UpdateAccount.self,
                    "PostTransfer": PostTransfer.self,
                    "PostTransferBatch": PostTransferBatch.self,
                    "ReverseTransfer": ReverseTransferRequest.self,
                    "PlaceHold": PlaceHoldRequest.self, "PostHold": PostHoldRequest.self,
                ]
            case .billing:
                [
                    "CreateCustomer": CreateCustomer.Input.self,
                    "CreateFeePlan": CreateFeePlan.Input.self,
                ]
            case .payment:
                [
                    "CreatePayment": CreatePayment.Request.self,
                    "CancelPayment": CancelPayment.Request.self,
                    "RefundPayment": RefundPayment.Request.self,
                    "CompensateSaga": OperateSagas.Request.self,
                ]
            }
        let common: [String: any Codable.Type] = [
            "ReplayKey": DeadLetterDesk.ReplayRequest.self,
            "Discard": DeadLetterDesk.DiscardRequest.self, "NoInput": NoInput.self,
        ]
        return own.merging(common) { first, _ in first }
    }

    /// The schemas of all bodies that an operation takes, by their names.
    func bodies(of document: Document) -> [String: JSON] {
        var bodies: [String: JSON] = [:]
        for operation in document.operations {
            let schema = operation.node["requestBody"]["content"]["application/json"]["schema"]
            guard let reference = schema["$ref"].string else { continue }
            bodies[reference.split(separator: "/").last.map(String.init) ?? ""] =
                document.target(of: reference)
        }
        return bodies
    }

    @Test(
        "the examples of a request are read, and written again as they were",
        arguments: ServiceAPI.allCases)
    func examples(service: ServiceAPI) async throws {
        let bodies = bodies(of: try await service.document())
        let inputs = inputs(of: service)
        #expect(Set(bodies.keys) == Set(inputs.keys))
        for (name, type) in inputs {
            let examples = bodies[name, default: .null]["examples"].elements
            #expect(!examples.isEmpty, "\(name) has no example")
            for example in examples {
                let again = try Self.roundTrip(example, as: type)
                #expect(again == Self.normal(example), "\(name)")
            }
        }
    }

    @Test(
        "a request is read without what may be absent, and not without the rest",
        arguments: ServiceAPI.allCases)
    func required(service: ServiceAPI) async throws {
        let bodies = bodies(of: try await service.document())
        let inputs = inputs(of: service)
        for (name, type) in inputs {
            let schema = bodies[name, default: .null]
            let required = Set(schema["required"].elements.compactMap(\.string))
            for example in schema["examples"].elements {
                for member in example.members.keys {
                    var rest = example.members
                    rest[member] = nil
                    let reads = (try? Self.roundTrip(.object(rest), as: type)) != nil
                    #expect(reads == !required.contains(member), "\(name) without \(member)")
                    rest[member] = .null
                    let readsNull = (try? Self.roundTrip(.object(rest), as: type)) != nil
                    #expect(readsNull == !required.contains(member), "\(name): \(member) is null")
                }
            }
        }
    }

    @Test("the document has the currencies that there are, and no others")
    func currencies() async throws {
        let schemas = try await ServiceAPI.ledger.document().root["components"]["schemas"]
        let described = Set(schemas["Currency"]["enum"].elements.compactMap(\.string))
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
        var known: Set<String> = []
        for first in letters {
            for second in letters {
                for third in letters {
                    if let currency = Currency(first + second + third) {
                        known.insert(currency.code)
                    }
                }
            }
        }
        #expect(described == known)
    }

    @Test("a member of the wrong type is refused", arguments: ServiceAPI.allCases)
    func types(service: ServiceAPI) async throws {
        let bodies = bodies(of: try await service.document())
        let inputs = inputs(of: service)
        for (name, type) in inputs {
            for example in bodies[name, default: .null]["examples"].elements {
                for (member, value) in example.members {
                    var wrong = example.members
                    wrong[member] = if case .array = value { .boolean(true) } else { .array([[]]) }
                    let reads = (try? Self.roundTrip(.object(wrong), as: type)) != nil
                    #expect(!reads, "\(name): \(member) is \(wrong[member, default: .null])")
                }
            }
        }
    }

    /// Read as a handler's input, by the host's own reader, and written again.
    static func roundTrip(_ body: JSON, as type: any Codable.Type) throws -> JSON {
        func again<Input: Codable>(_ type: Input.Type) throws -> JSON {
            let input = try JSONBody.decode(type, from: WireJSON.encode(body))
            return try WireJSON.decode(from: WireJSON.encode(input))
        }
        return try again(type)
    }

    /// With its times as we write them.
    private static func normal(_ value: JSON) -> JSON {
        switch value {
        case .object(let members): .object(members.mapValues(normal))
        case .array(let elements): .array(elements.map(normal))
        case .string(let text): .string(RFC3339.parse(text).map(RFC3339.format) ?? text)
        default: value
        }
    }
}
