import LocalStack
import Testing

@testable import ServiceHost

@Suite("OpenAPI documents")
struct DocumentTests {
    @Test("a document is of OpenAPI 3.1, and says what it is about", arguments: ServiceAPI.allCases)
    func head(service: ServiceAPI) async throws {
        let root = try await service.document().root
        #expect(root["openapi"].string == "3.1.0")
        for name in ["title", "version", "description"] {
            #expect(root["info"][name].string?.isEmpty == false, "info.\(name)")
        }
    }

    @Test(
        "a service answers what its document says, and nothing else", arguments: ServiceAPI.allCases
    )
    func routes(service: ServiceAPI) async throws {
        let probes = Set(["GET /livez", "GET /readyz", "GET /metrics"])
        let answered = try await service.answered()
        let described = Set(try await service.document().operations.map(\.description))
        #expect(described.subtracting(answered).subtracting(probes) == [])
        #expect(answered.union(probes).subtracting(described) == [])
    }

    @Test(
        "every reference leads somewhere, and every component of its own is used",
        arguments: ServiceAPI.allCases)
    func references(service: ServiceAPI) async throws {
        let document = try await service.document()
        for (reference, place) in document.references where document.target(of: reference) == nil {
            Issue.record("\(place): nothing is at \(reference)")
        }
        let shared = try Self.common().components
        let unused = document.components.subtracting(shared).subtracting(document.references.keys)
        #expect(unused == [])
    }

    @Test("every component that the services have in common is used by one of them")
    func commonComponents() async throws {
        var unused = try Self.common().components
        for service in ServiceAPI.allCases {
            unused.subtract(try await service.document().references.keys)
        }
        // For requests that no operation is meant by.
        let responses = "#/components/responses/"
        #expect(unused == [responses + "UnknownRoute", responses + "MethodNotAllowed"])
    }

    private static func common() throws -> Document {
        try Document(ServiceHost.PackageResources.openapi_common_json)
    }

    @Test("every operation says who may ask, and how it refuses", arguments: ServiceAPI.allCases)
    func operations(service: ServiceAPI) async throws {
        let document = try await service.document()
        let tags = Set(document.root["tags"].elements.compactMap { $0["name"].string })
        var ids: Set<String> = []
        for operation in document.operations {
            #expect(ids.insert(operation.id).inserted, "\(operation): \(operation.id) is taken")
            #expect(operation.node["summary"].string?.hasSuffix(".") == true, "\(operation)")
            let ownTags = operation.node["tags"].elements.compactMap(\.string)
            #expect(ownTags.count == 1 && tags.isSuperset(of: ownTags), "\(operation)")
            guard operation.isGuarded else { continue }

            #expect(operation.scope.flatMap(Scope.init(rawValue:)) != nil, "\(operation)")
            let statuses = Set(operation.node["responses"].members.keys)
            let expected: Set = ["400", "401", "403", "500", "503"]
            let ofPosts: Set = operation.method == "POST" ? ["409", "413", "422"] : []
            #expect(expected.union(ofPosts).subtracting(statuses) == [], "\(operation)")
            #expect(statuses.contains { $0.hasPrefix("2") }, "\(operation)")
            let headers = document.parameters(of: operation).filter { $0["in"].string == "header" }
            #expect(
                headers.contains { $0["name"].string == "Idempotency-Key" }
                    == (operation.method == "POST"), "\(operation)")
        }
    }

    @Test("the parameters of a path are those of its operations", arguments: ServiceAPI.allCases)
    func pathParameters(service: ServiceAPI) async throws {
        let document = try await service.document()
        for operation in document.operations {
            let named = Set(operation.path.matches(of: /\{(\w+)\}/).map { String($0.1) })
            let parameters = document.parameters(of: operation).filter { $0["in"].string == "path" }
            #expect(Set(parameters.compactMap { $0["name"].string }) == named, "\(operation)")
            for parameter in parameters {
                #expect(parameter["required"].boolean == true, "\(operation)")
            }
            #expect(named.isEmpty || operation.node["responses"].members["404"] != nil)
        }
    }

    @Test("a refusal is a problem that lists its codes", arguments: ServiceAPI.allCases)
    func problems(service: ServiceAPI) async throws {
        let document = try await service.document()
        for operation in document.operations {
            for (status, node) in operation.node["responses"].members where status >= "400" {
                let response = try #require(document.resolved(node))
                #expect(!document.codes(of: response).isEmpty, "\(operation) \(status)")
                #expect(response["content"].members.count == 1, "\(operation) \(status)")
            }
        }
    }

    @Test("no schema uses what the tests would not check", arguments: ServiceAPI.allCases)
    func keywords(service: ServiceAPI) async throws {
        let document = try await service.document()
        document.walk { node, path in
            let names = path.dropLast().last
            let isSchema =
                path.last == "schema" || path.last == "items"
                || path.last == "additionalProperties" || path.last == "propertyNames"
                || names == "schemas" || names == "properties" || names == "anyOf"
                || names == "oneOf"
            guard isSchema, case .object(let members) = node else { return }
            let unknown = Set(members.keys).subtracting(Schema.keywords)
            #expect(unknown.isEmpty, "\(path.joined(separator: "/"))")
        }
    }

    @Test("every example fits its schema", arguments: ServiceAPI.allCases)
    func examples(service: ServiceAPI) async throws {
        let document = try await service.document()
        var count = 0
        for (name, node) in document.root["components"]["schemas"].members {
            for example in node["examples"].elements {
                count += 1
                #expect(Schema(node, in: document).faults(in: example) == [], "\(name)")
            }
        }
        document.walk { node, path in
            guard node["in"] != .null, node["schema"] != .null, node["example"] != .null else {
                return
            }
            count += 1
            #expect(
                Schema(node["schema"], in: document).faults(in: node["example"]) == [], "\(path)")
        }
        #expect(count > 20)
    }
}
