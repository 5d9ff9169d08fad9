import FoundationEssentials
import Glibc

/// Writes a file, one JSON document a line.
public struct JSONLineWriter: ~Copyable {
    private let file: UnsafeMutablePointer<FILE>
    private let path: String
    private let encoder = JSONEncoder()

    /// Begins the file anew. Throws `AuditError`.
    public init(_ path: String) throws(AuditError) {
        guard let file = fopen(path, "we") else {
            throw AuditError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        self.file = file
        self.path = path
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// Adds a line. Throws `AuditError` and `EncodingError`.
    public func write(_ value: some Encodable) throws {
        var line = try encoder.encode(value)
        line.append(UInt8(ascii: "\n"))
        let written = line.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        if written != line.count { throw failure }
    }

    /// Ends the file; what is not written by now never will be. Throws `AuditError`.
    public consuming func finish() throws(AuditError) {
        if fflush(file) != 0 { throw failure }
    }

    private var failure: AuditError {
        AuditError("cannot write \(path): \(String(cString: strerror(errno)))")
    }

    deinit { fclose(file) }
}

/// Reads such a file, a line at a time.
public struct JSONLineReader<Line: Decodable>: ~Copyable {
    private let file: UnsafeMutablePointer<FILE>
    private let path: String
    private let decoder = JSONDecoder()
    private var buffer: UnsafeMutablePointer<CChar>?
    private var capacity = 0
    private var number = 0

    /// Throws `AuditError` if there is no such file.
    public init(_ path: String, of type: Line.Type = Line.self) throws(AuditError) {
        guard let file = fopen(path, "re") else {
            throw AuditError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        self.file = file
        self.path = path
    }

    /// The next line; `nil` at the end. Throws `AuditError` for a line of something else.
    public mutating func next() throws(AuditError) -> Line? {
        let length = getline(&buffer, &capacity, file)
        guard length >= 0, let buffer else {
            if ferror(file) != 0 { throw AuditError("cannot read \(path)") }
            return nil
        }
        number += 1
        do {
            let bytes = Data(bytesNoCopy: buffer, count: length, deallocator: .none)
            return try decoder.decode(Line.self, from: bytes)
        } catch {
            throw AuditError("\(path), line \(number): \(error)")
        }
    }

    deinit {
        free(buffer)
        fclose(file)
    }
}

/// Reads and writes small files of one JSON document.
public enum JSONFile {
    /// Throws `AuditError`.
    public static func read<Value: Decodable>(
        _ path: String, as type: Value.Type = Value.self
    ) throws(AuditError) -> Value {
        var lines = try JSONLineReader(path, of: type)
        guard let value = try lines.next() else { throw AuditError("\(path) is empty") }
        return value
    }

    /// Throws `AuditError` and `EncodingError`.
    public static func write(_ value: some Encodable, to path: String) throws {
        let lines = try JSONLineWriter(path)
        try lines.write(value)
        try lines.finish()
    }
}
