import CanonicalJSON
import Contracts
import HTTPTypes
import Hummingbird
import NIOCore

/// The body of a request, read as a JSON object.
enum JSONBody {
    /// The largest body that is read unless the route says otherwise, in bytes.
    static let limit = 64 * 1024

    /// Reads and decodes the body; an absent one reads as `{}`. Throws 413, and 400
    /// `malformed-json`, `invalid-field`, `unknown-field` or what a type of ours says of its own
    /// field.
    static func read<Input: Decodable>(
        _ type: Input.Type, from request: Request, upTo limit: Int = limit
    ) async throws -> Input {
        try decode(type, from: try await bytes(of: request, upTo: limit))
    }

    private static func bytes(
        of request: Request, upTo limit: Int
    ) async throws(Problem) -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw .contentTooLarge(limit)
        }
        do {
            return Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .contentTooLarge(limit)
        } catch {
            throw .badRequest(
                code: HostCode.malformedRequest, detail: "The body did not arrive whole.")
        }
    }

    /// Decodes a body that has arrived.
    static func decode<Input: Decodable>(
        _ type: Input.Type, from bytes: [UInt8]
    ) throws -> Input {
        let bytes = bytes.isEmpty ? Array("{}".utf8) : bytes
        do {
            return try WireJSON.decode(type, fromRequest: bytes)
        } catch let fault as JSONFault {
            throw Problem(fault)
        } catch let error as DecodingError {
            throw Problem(error)
        }
    }
}

extension Problem {
    static func contentTooLarge(_ limit: Int) -> Problem {
        Problem(
            status: 413, code: HostCode.contentTooLarge,
            detail: "The body may have at most \(limit) bytes.")
    }

    /// What is wrong with the text.
    init(_ fault: JSONFault) {
        let code: HostCode =
            switch fault.kind {
            case .malformed: .malformedJSON
            case .forbidden: .invalidField
            case .unknown: .unknownField
            }
        self = .badRequest(code: code, detail: fault.reason, field: fault.field)
    }

    /// What the decoder found, in the words of whoever wrote the request: no Swift types.
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self = .invalidField(FieldPath.text(context.codingPath, missing: key), "It is missing.")
        case .valueNotFound(_, let context):
            self = .invalidField(FieldPath.text(context.codingPath), "It must not be null.")
        case .typeMismatch(let type, let context):
            self = .invalidField(
                FieldPath.text(context.codingPath), "It must be \(Self.jsonName(of: type)).")
        case .dataCorrupted(let context):
            let path = FieldPath.text(context.codingPath)
            self = .invalidField(path, context.debugDescription)
        @unknown default:
            self = .badRequest(code: HostCode.invalidField, detail: "The body is not as expected.")
        }
        if field?.isEmpty == true { field = nil }
    }

    /// What JSON calls a type.
    private static func jsonName(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "an integer"
        case is any BinaryFloatingPoint.Type: "a number"
        default:
            "\(type)".hasPrefix("Array") || "\(type)".hasPrefix("[Any")
                ? "an array" : "an object"
        }
    }
}

extension JSONFault {
    fileprivate var field: String? { path.isEmpty ? nil : path }
}
