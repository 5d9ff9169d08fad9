import LocalStack
import Testing

@testable import ServiceHost

extension RequestTests {
    @Test(
        "every schema of a request says that there are no other members",
        arguments: ServiceAPI.allCases)
    func closed(service: ServiceAPI) async throws {
        let document = try await service.document()
        for (name, schema) in bodies(of: document) {
            #expect(Self.open(schema, in: document) == [], "\(name)")
        }
    }

    @Test(
        "a member that no schema has is refused wherever it stands", arguments: ServiceAPI.allCases)
    func unknown(service: ServiceAPI) async throws {
        let document = try await service.document()
        let inputs = inputs(of: service)
        for (name, schema) in bodies(of: document) {
            let type = try #require(inputs[name])
            for example in schema["examples"].elements {
                for (path, body) in Self.withStranger(in: example) {
                    let problem = #expect(throws: Problem.self, "\(name).\(path)") {
                        try Self.roundTrip(body, as: type)
                    }
                    #expect(problem?.code == "unknown-field")
                    #expect(problem?.field == path)
                    #expect(
                        Schema(schema, in: document).faults(in: body) == [
                            "$.\(path) is not allowed"
                        ])
                }
            }
        }
    }

    @Test("a transfer of a batch has the members of a transfer, and its key")
    func batchItem() async throws {
        let schemas = try await ServiceAPI.ledger.document().root["components"]["schemas"]
        var members = Set(schemas["BatchItem"]["properties"].members.keys)
        #expect(members.remove("idempotency_key") != nil)
        #expect(members == Set(schemas["PostTransfer"]["properties"].members.keys))
        #expect(schemas["BatchItem"]["required"] == schemas["PostTransfer"]["required"])
    }

    /// The places of a schema where an object may have any member, but those whose names are data.
    private static func open(
        _ node: JSON, in document: Document, at path: String = "$"
    ) -> [String] {
        guard let schema = document.resolved(node) else { return ["\(path) leads nowhere"] }
        let isObject = schema["type"] == "object" || schema["properties"] != .null
        if isObject, schema["propertyNames"] == .null,
            schema["additionalProperties"] != .boolean(false)
        {
            return [path]
        }
        var inner = schema["properties"].members.map { ("\(path).\($0)", $1) }
        inner += (schema["anyOf"].elements + schema["oneOf"].elements).map { (path, $0) }
        if schema["items"] != .null { inner.append(("\(path)[]", schema["items"])) }
        return inner.flatMap { open($1, in: document, at: $0) }
    }

    /// A body with one member more, for each object in it whose names are not data.
    private static func withStranger(in body: JSON) -> [(path: String, body: JSON)] {
        switch body {
        case .object(let members):
            let here = JSON.object(members.merging(["stranger": true]) { $1 })
            let inside = members.filter { $0.key != "metadata" }.flatMap { name, member in
                withStranger(in: member).map { path, changed in
                    let dot = path.hasPrefix("[") ? "" : "."
                    return (name + dot + path, JSON.object(members.merging([name: changed]) { $1 }))
                }
            }
            return [("stranger", here)] + inside
        case .array(let elements):
            return elements.enumerated().flatMap { index, element in
                withStranger(in: element).map { path, changed in
                    var all = elements
                    all[index] = changed
                    return ("[\(index)].\(path)", JSON.array(all))
                }
            }
        default: return []
        }
    }
}
