#include "scan/tf_ops.h"

static const struct {
    const char *op;
    enum sw_tf_kind kind;
    const char *does;
} grave[] = {
    {"PyFunc", SW_TF_RUNS, "calls Python code"},
    {"PyFuncStateless", SW_TF_RUNS, "calls Python code"},
    {"EagerPyFunc", SW_TF_RUNS, "calls Python code"},
    {"ReadFile", SW_TF_FILES, "reads a file"},
    {"WriteFile", SW_TF_FILES, "writes a file"},
    {"MatchingFiles", SW_TF_FILES, "lists files"},
    {"MatchingFilesDataset", SW_TF_FILES, "lists files"},
    {"ImmutableConst", SW_TF_FILES, "maps a file into memory"},
    {"FixedUnigramCandidateSampler", SW_TF_PATH, "reads a file"},
    {"WholeFileReader", SW_TF_FILES, "reads files"},
    {"WholeFileReaderV2", SW_TF_FILES, "reads files"},
    {"TextLineReader", SW_TF_FILES, "reads files"},
    {"TextLineReaderV2", SW_TF_FILES, "reads files"},
    {"FixedLengthRecordReader", SW_TF_FILES, "reads files"},
    {"FixedLengthRecordReaderV2", SW_TF_FILES, "reads files"},
    {"TFRecordReader", SW_TF_FILES, "reads files"},
    {"TFRecordReaderV2", SW_TF_FILES, "reads files"},
    {"LMDBReader", SW_TF_FILES, "reads files"},
    {"TextLineDataset", SW_TF_FILES, "reads files"},
    {"TFRecordDataset", SW_TF_FILES, "reads files"},
    {"TFRecordDatasetV2", SW_TF_FILES, "reads files"},
    {"FixedLengthRecordDataset", SW_TF_FILES, "reads files"},
    {"FixedLengthRecordDatasetV2", SW_TF_FILES, "reads files"},
    {"CSVDataset", SW_TF_FILES, "reads files"},
    {"CSVDatasetV2", SW_TF_FILES, "reads files"},
    {"ExperimentalCSVDataset", SW_TF_FILES, "reads files"},
    {"LMDBDataset", SW_TF_FILES, "reads files"},
    {"ExperimentalLMDBDataset", SW_TF_FILES, "reads files"},
    {"SqlDataset", SW_TF_FILES, "opens a database"},
    {"ExperimentalSqlDataset", SW_TF_FILES, "opens a database"},
    {"LoadDataset", SW_TF_FILES, "reads files"},
    {"SaveDataset", SW_TF_FILES, "writes files"},
    {"SaveDatasetV2", SW_TF_FILES, "writes files"},
    {"SnapshotDataset", SW_TF_FILES, "writes files"},
    {"SnapshotDatasetV2", SW_TF_FILES, "writes files"},
    {"CreateSummaryFileWriter", SW_TF_FILES, "writes files"},
    {"CreateSummaryDbWriter", SW_TF_FILES, "writes a database"},
    {"ImportEvent", SW_TF_FILES, "writes files"},
    {"FileSystemSetConfiguration", SW_TF_FILES, "changes how files are read"},
    {"DataServiceDataset", SW_TF_NETWORK, "connects to a server"},
    {"DataServiceDatasetV2", SW_TF_NETWORK, "connects to a server"},
    {"DataServiceDatasetV3", SW_TF_NETWORK, "connects to a server"},
    {"DataServiceDatasetV4", SW_TF_NETWORK, "connects to a server"},
    {"RegisterDataset", SW_TF_NETWORK, "connects to a server"},
    {"RegisterDatasetV2", SW_TF_NETWORK, "connects to a server"},
    {"DebugIdentity", SW_TF_NETWORK, "sends its input to an address that the graph names"},
    {"DebugIdentityV2", SW_TF_NETWORK, "sends its input to an address that the graph names"},
    {"DebugIdentityV3", SW_TF_NETWORK, "sends its input to an address that the graph names"},
    {"DebugNanCount", SW_TF_NETWORK, "sends its input to an address that the graph names"},
    {"DebugNumericSummary", SW_TF_NETWORK, "sends its input to an address that the graph names"},
    {"RpcServer", SW_TF_NETWORK, "opens a port"},
    {"RpcServerStart", SW_TF_NETWORK, "opens a port"},
    {"RpcServerRegister", SW_TF_NETWORK, "opens a port"},
    {"RpcClient", SW_TF_NETWORK, "connects to a server"},
    {"RpcCall", SW_TF_NETWORK, "connects to a server"},
    {"Rpc", SW_TF_NETWORK, "connects to a server"},
    {"TryRpc", SW_TF_NETWORK, "connects to a server"},
    {"BigQueryReader", SW_TF_NETWORK, "connects to a server"},
    {"GenerateBigQueryReaderPartitions", SW_TF_NETWORK, "connects to a server"},
    {"TRTEngineOp", SW_TF_CLOSED, "holds a program for an accelerator, which cannot be read"},
    {"XlaCallModule", SW_TF_CLOSED, "holds a compiled module, which was not read"},
    {"TpuExecute", SW_TF_CLOSED, "holds a program for an accelerator, which cannot be read"},
    {"Save", SW_TF_PATH, "writes a file"},
    {"SaveSlices", SW_TF_PATH, "writes a file"},
    {"SaveV2", SW_TF_PATH, "writes a file"},
    {"MergeV2Checkpoints", SW_TF_PATH, "moves and deletes files"},
    {"Restore", SW_TF_PATH, "reads a file"},
    {"RestoreSlice", SW_TF_PATH, "reads a file"},
    {"RestoreV2", SW_TF_PATH, "reads a file"},
    {"LoadAndRemapMatrix", SW_TF_PATH, "reads a file"},
    {"GenerateVocabRemapping", SW_TF_PATH, "reads a file"},
    {"InitializeTableFromTextFile", SW_TF_PATH, "reads a file"},
    {"InitializeTableFromTextFileV2", SW_TF_PATH, "reads a file"},
    {"CacheDataset", SW_TF_PATH, "writes a file"},
    {"CacheDatasetV2", SW_TF_PATH, "writes a file"},
};

/* What models that compute are made of. Sorted within a line by nobody: it is looked through. */
static const char computes[] =
    " Abs Acos Acosh Add AddN AddV2 AdjustContrastv2 AdjustHue AdjustSaturation All AllToAll Angle"
    " AnonymousIteratorV2 AnonymousHashTable AnonymousMutableHashTable Any ApplyAdagrad"
    " ApplyAdagradV2 ApplyAdam ApplyAdaMax ApplyFtrl ApplyFtrlV2 ApplyGradientDescent ApplyMomentum"
    " ApplyRMSProp ApproximateEqual ArgMax ArgMin AsString Asin Asinh Assert Assign AssignAdd"
    " AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp Atan Atan2 Atanh AvgPool"
    " AvgPool3D AvgPool3DGrad AvgPoolGrad BatchDataset BatchDatasetV2 BatchFunction BatchMatMul"
    " BatchMatMulV2 BatchMatMulV3 BatchToSpace BatchToSpaceND BatchNormWithGlobalNormalization"
    " BesselI0 BesselI0e BesselI1 BesselI1e Betainc BiasAdd BiasAddGrad BiasAddV1 Bincount Bitcast"
    " BitwiseAnd BitwiseOr BitwiseXor BlockLSTM BlockLSTMV2 BoostedTreesPredict"
    " BoostedTreesBucketize BoostedTreesEnsembleResourceHandleOp"
    " BoostedTreesCreateEnsemble BoostedTreesDeserializeEnsemble BroadcastArgs"
    " BroadcastGradientArgs BroadcastTo Bucketize Cast Ceil CheckNumerics CheckNumericsV2 Cholesky"
    " ClipByValue CollectiveReduce CollectiveReduceV2 CombinedNonMaxSuppression Complex ComplexAbs"
    " Concat ConcatOffset ConcatV2 ConcatenateDataset Conj ConjugateTranspose Const"
    " ConsumeMutexLock ControlTrigger Conv Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D"
    " Conv3DBackpropFilterV2 Conv3DBackpropInputV2 Cos Cosh CropAndResize Cross CudnnRNN CudnnRNNV2"
    " CudnnRNNV3 Cumprod Cumsum CumulativeLogsumexp DataFormatDimMap DataFormatVecPermute"
    " DecodeAndCropJpeg DecodeBase64 DecodeBmp DecodeCSV DecodeGif DecodeImage DecodeJpeg"
    " DecodeJSONExample DecodePaddedRaw DecodePng DecodeRaw DecodeWav DeepCopy"
    " DenseBincount DenseCountSparseOutput DepthToSpace DepthwiseConv2dNative"
    " DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput Dequantize"
    " DestroyResourceOp DestroyTemporaryVariable Diag DiagPart Digamma Dilation2D DisableCopyOnRead"
    " Div DivNoNan DynamicPartition DynamicStitch EditDistance Einsum Elu EluGrad Empty"
    " EmptyTensorList EmptyTensorMap EncodeBase64 EncodeJpeg EncodePng EncodeWav EnsureShape Enter"
    " Equal Erf Erfc Erfinv EuclideanNorm Exit Exp ExpandDims Expm1 ExtractGlimpse"
    " ExtractImagePatches ExtractJpegShape FFT FFT2D FFT3D FIFOQueueV2 Fact"
    " FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel Fill"
    " FilterDataset FlatMapDataset FinalizeDataset  Floor FloorDiv"
    " FloorMod For"
    " FractionalAvgPool FractionalMaxPool FusedBatchNorm FusedBatchNormGrad FusedBatchNormGradV3"
    " FusedBatchNormV2 FusedBatchNormV3 FusedPadConv2D FusedResizeAndPadConv2D GRUBlockCell Gather"
    " GatherNd GatherV2 GetSessionHandle Greater GreaterEqual GuaranteeConst HSVToRGB HashTable"
    " HashTableV2 HistogramFixedWidth HistogramSummary IFFT IFFT2D IFFT3D IRFFT IRFFT2D IRFFT3D"
    " Identity IdentityN If Igamma Igammac Imag ImageProjectiveTransformV2"
    " ImageProjectiveTransformV3 ImageSummary  InTopK InTopKV2 InitializeTable"
    " InitializeTableV2 InterleaveDataset Inv InvGrad Invert InvertPermutation IsFinite IsInf IsNan"
    " IsVariableInitialized Iterator IteratorGetNext IteratorV2 KMC2ChainInitialization L2Loss LRN"
    " LSTMBlockCell LeakyRelu LeakyReluGrad LeftShift Less LessEqual Lgamma LinSpace"
    " LogMatrixDeterminant Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr LookupTableExport"
    " LookupTableExportV2 LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2"
    " LookupTableInsert LookupTableInsertV2 LookupTableRemoveV2 LookupTableSize LookupTableSizeV2"
    " LoopCond LowerBound MakeIterator MapAndBatchDataset MapDataset MatMul MatrixBandPart"
    " MatrixDeterminant MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2"
    " MatrixDiagV3 MatrixInverse MatrixLogarithm MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3"
    " MatrixSolve MatrixSolveLs MatrixTriangularSolve Max MaxPool MaxPool3D MaxPoolGrad MaxPoolV2"
    " MaxPoolWithArgmax Maximum Mean Merge MergeSummary MfccV2 Mfcc Min Minimum MirrorPad"
    " MirrorPadGrad Mod ModelDataset Mul MulNoNan Multinomial MutableDenseHashTableV2"
    " MutableHashTable MutableHashTableV2 MutableHashTableOfTensorsV2 Ndtri Neg NegTrain"
    " NextIteration NoOp NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3"
    " NonMaxSuppressionV4 NonMaxSuppressionV5 NonMaxSuppressionWithOverlaps NotEqual NthElement"
    " OneHot OnesLike OptimizeDataset OptionalGetValue OptionalHasValue Pack Pad PadV2"
    " PaddedBatchDatasetV2 ParallelConcat ParallelDynamicStitch ParallelMapDataset"
    " ParallelMapDatasetV2 ParameterizedTruncatedNormal ParseExample ParseExampleV2 "
    "ParseSequenceExample"
    " ParseSequenceExampleV2 ParseSingleExample ParseSingleSequenceExample ParseTensor"
    " PartitionedCall Placeholder PlaceholderV2 PlaceholderWithDefault Polygamma PopulationCount "
    "Pow"
    " PrefetchDataset PreventGradient Print PrintV2 Prod Qr QuantizeAndDequantize"
    " QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 QuantizeV2"
    " QuantizedAdd QuantizedBiasAdd QuantizedConcat QuantizedConv2D QuantizedMatMul"
    " QuantizedMaxPool QuantizedRelu QuantizedReshape QueueDequeueV2 QueueEnqueueV2 RFFT RFFT2D"
    " RFFT3D RGBToHSV RaggedBincount RaggedCountSparseOutput RaggedCross RaggedFillEmptyRows"
    " RaggedGather RaggedRange RaggedTensorFromVariant RaggedTensorToSparse RaggedTensorToTensor"
    " RaggedTensorToVariant RandomGamma RandomPoisson RandomPoissonV2 RandomShuffle"
    " RandomStandardNormal RandomUniform RandomUniformInt Range RangeDataset Rank"
    " ReadVariableOp ReadVariableXlaSplitND Real RealDiv Reciprocal ReciprocalGrad RecvTPUEmbedding"
    " ReduceDataset ReduceJoin RefEnter RefExit RefIdentity RefMerge RefNextIteration RefSelect"
    " RefSwitch RegexFullMatch RegexReplace Relu Relu6 Relu6Grad ReluGrad RemoteCall RepeatDataset"
    " Requantize RequantizationRange Reshape ResizeArea ResizeBicubic ResizeBilinear"
    " ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad ResourceApplyAdagrad"
    " ResourceApplyAdagradV2 ResourceApplyAdadelta ResourceApplyAdam ResourceApplyAdamWithAmsgrad"
    " ResourceApplyAdaMax ResourceApplyFtrl ResourceApplyFtrlV2 ResourceApplyGradientDescent"
    " ResourceApplyKerasMomentum ResourceApplyMomentum ResourceApplyRMSProp"
    " ResourceApplyCenteredRMSProp ResourceGather ResourceGatherNd ResourceScatterAdd"
    " ResourceScatterNdAdd ResourceScatterNdUpdate ResourceScatterUpdate ResourceSparseApplyAdagrad"
    " ResourceSparseApplyAdagradV2 ResourceSparseApplyFtrlV2 ResourceSparseApplyKerasMomentum"
    " ResourceSparseApplyMomentum ResourceSparseApplyRMSProp ResourceStridedSliceAssign Reverse"
    " ReverseSequence ReverseV2 RightShift Rint RngReadAndSkip RngSkip Roll Round Rsqrt RsqrtGrad"
    " SampleDistortedBoundingBox SampleDistortedBoundingBoxV2 ScalarSummary ScaleAndTranslate"
    " ScatterAdd ScatterNd ScatterNdAdd ScatterNdUpdate ScatterUpdate SegmentMax SegmentMaxV2"
    " SegmentMean SegmentMin SegmentProd SegmentProdV2 SegmentSum SegmentSumV2 Select SelectV2"
    " SelfAdjointEigV2 Selu SeluGrad Shape ShapeN ShardedFilename ShardedFilespec ShuffleDataset"
    " ShuffleDatasetV3 ShuffleAndRepeatDataset Sigmoid SigmoidGrad Sign Sin Sinh Size SkipDataset"
    " Slice Snapshot Softmax SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad Softsign "
    "SpaceToBatch"
    " SpaceToBatchND SpaceToDepth SparseAdd SparseBincount SparseConcat "
    "SparseConditionalAccumulator"
    " SparseCountSparseOutput SparseCross SparseCrossHashed SparseCrossV2 SparseDenseCwiseAdd"
    " SparseDenseCwiseDiv SparseDenseCwiseMul SparseFillEmptyRows SparseFillEmptyRowsGrad"
    " SparseMatMul SparseReduceMax SparseReduceSum SparseReorder SparseReshape SparseSegmentMean"
    " SparseSegmentMeanGrad SparseSegmentMeanWithNumSegments SparseSegmentSqrtN"
    " SparseSegmentSqrtNWithNumSegments SparseSegmentSum SparseSegmentSumGrad"
    " SparseSegmentSumWithNumSegments SparseSlice SparseSoftmax"
    " SparseSoftmaxCrossEntropyWithLogits SparseSplit SparseTensorDenseAdd SparseTensorDenseMatMul"
    " SparseToDense SparseToSparseSetOperation DenseToDenseSetOperation DenseToSparseSetOperation"
    " Split SplitV Sqrt SqrtGrad Square SquaredDifference Squeeze StackPopV2 StackPushV2 StackV2"
    " StatefulPartitionedCall StatefulUniform StatefulStandardNormalV2 StatefulUniformInt"
    " StatelessCase StatelessIf StatelessMultinomial StatelessRandomGetKeyCounter"
    " StatelessRandomGetAlg StatelessRandomGetKeyCounterAlg StatelessRandomNormal"
    " StatelessRandomNormalV2 StatelessRandomUniform StatelessRandomUniformInt"
    " StatelessRandomUniformIntV2 StatelessRandomUniformV2 StatelessTruncatedNormal"
    " StatelessTruncatedNormalV2 StatelessSampleDistortedBoundingBox StatelessWhile"
    " StaticRegexFullMatch StaticRegexReplace Stft StopGradient StridedSlice StridedSliceGrad"
    " StringFormat StringJoin StringLength StringLower StringNGrams StringSplit StringSplitV2"
    " StringStrip StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringToNumber"
    " StringUpper Sub Substr Sum Svd Switch TakeDataset TakeWhileDataset TPUPartitionedCall Tan "
    "Tanh"
    " TanhGrad TemporaryVariable TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3"
    " TensorArrayGradV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3"
    " TensorArrayV3 TensorArrayWriteV3 TensorDataset TensorListConcat TensorListConcatV2"
    " TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem"
    " TensorListLength TensorListPopBack TensorListPushBack TensorListPushBackBatch"
    " TensorListReserve TensorListResize TensorListScatter TensorListScatterV2"
    " TensorListScatterIntoExistingList TensorListSetItem TensorListSplit TensorListStack"
    " TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate"
    " TensorSliceDataset TensorStridedSliceUpdate Tile Timestamp TopK TopKV2 Transpose"
    " TridiagonalMatMul TridiagonalSolve TruncateDiv TruncateMod TruncatedNormal Unbatch"
    " UnbatchDataset UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode UnicodeScript"
    " UnicodeTranscode UniformQuantize UniformDequantize Unique UniqueV2 UniqueWithCounts"
    " UniqueWithCountsV2 Unpack UnravelIndex UnsortedSegmentJoin UnsortedSegmentMax"
    " UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum UpperBound VarHandleOp"
    " VarIsInitializedOp Variable VariableShape VariableV2 Where While WindowDataset WindowOp Xdivy"
    " XlaLaunch Xlog1py Xlogy ZerosLike Zeta ZipDataset _Arg _Retval _FusedConv2D _FusedMatMul"
    " _FusedBatchNormEx AudioSpectrogram ArgMaxV2 DrawBoundingBoxes DrawBoundingBoxesV2"
    " MutexLock MutexV2 Case StatefulRandomBinomial StatelessRandomBinomial"
    " AccumulateNV2 AccumulatorApplyGradient AccumulatorNumAccumulated"
    " AccumulatorTakeGradient AddManySparseToTensorsMap AddSparseToTensorsMap AdjustContrast"
    " AllCandidateSampler AnonymousIterator AnonymousMultiDeviceIterator"
    " AnonymousMutableDenseHashTable ApplyAdadelta ApplyAddSign ApplyCenteredRMSProp"
    " ApplyPowerSign ApplyProximalAdagrad ApplyProximalGradientDescent ApproxTopK"
    " AssignVariableXlaConcatND AudioSummary AudioSummaryV2 AutoShardDataset"
    " BandedTriangularSolve Barrier Batch BatchCholesky BatchFFT BatchIFFT"
    " BatchMatrixBandPart BatchMatrixDiag BatchMatrixDiagPart BatchMatrixInverse"
    " BatchMatrixSetDiag BatchMatrixSolve BatchMatrixTriangularSolve"
    " BatchNormWithGlobalNormalizationGrad BatchSelfAdjointEigV2 BatchSvd BesselJ0 BesselJ1"
    " BesselK0 BesselK0e BesselK1 BesselK1e BesselY0 BesselY1 BytesProducedStatsDataset"
    " CSRSparseMatrixComponents CSRSparseMatrixToDense CSRSparseMatrixToSparseTensor"
    " CTCBeamSearchDecoder CTCGreedyDecoder CTCLoss CTCLossV2 CholeskyGrad"
    " ChooseFastestDataset CloseSummaryWriter CollectiveAllToAllV2 CollectiveBcastRecv"
    " CollectiveBcastSend CollectiveGather CollectiveGatherV2 CollectivePermute"
    " CollectiveReduceScatterV2 CompareAndBitpack CompressElement ComputeAccidentalHits"
    " ConditionalAccumulator ConfigureDistributedTPU ConfigureTPUEmbedding"
    " Conv2DBackpropFilterV2 Conv2DBackpropInputV2 Conv3DBackpropFilter Conv3DBackpropInput"
    " Copy CopyHost CountUpTo CrossReplicaSum CudnnRNNBackprop CudnnRNNBackpropV2"
    " CudnnRNNBackpropV3 CudnnRNNCanonicalToParams CudnnRNNCanonicalToParamsV2"
    " CudnnRNNParamsSize CudnnRNNParamsToCanonical CudnnRNNParamsToCanonicalV2"
    " DataFormatVecPermuteV2 DatasetCardinality DatasetToGraph"
    " DatasetToGraphV2 DatasetToSingleElement DebugGradientIdentity DebugGradientRefIdentity"
    " DecodeCompressed DeleteIterator DeleteMemoryCache"
    " DeleteMultiDeviceIterator DeleteRandomSeedGenerator DeleteSeedGenerator"
    " DeleteSessionTensor DenseToCSRSparseMatrix DenseToSparseBatchDataset"
    " DeserializeIterator DeserializeManySparse DeserializeSparse Dilation2DBackpropFilter"
    " Dilation2DBackpropInput DirectedInterleaveDataset DummyMemoryCache DummySeedGenerator"
    " DynamicEnqueueTPUEmbeddingArbitraryTensorBatch Eig EncodeJpegVariableQuality"
    " EnqueueInQueueDataset EnqueueTPUEmbeddingBatch"
    " EnqueueTPUEmbeddingRaggedTensorBatch EnqueueTPUEmbeddingSparseTensorBatch Erfcinv"
    " ExecuteTPUEmbeddingPartitioner ExperimentalAutoShardDataset ExtractGlimpseV2"
    " ExtractVolumePatches FFTND FIFOQueue FakeParam FakeQuantWithMinMaxArgsGradient"
    " FakeQuantWithMinMaxVarsGradient FakeQuantWithMinMaxVarsPerChannelGradient FakeQueue"
    " FilterByLastComponentDataset Fingerprint FlushSummaryWriter FractionalAvgPoolGrad"
    " FractionalMaxPoolGrad FresnelCos FresnelSin FusedBatchNormGradV2 GRUBlockCellGrad"
    " GeneratorDataset GetMinibatchSplitsWithPhysicalReplica GetOptions GetSessionHandleV2"
    " GetSessionTensor GroupByReducerDataset GroupByWindowDataset IFFTND IRFFTND IgammaGradA"
    " IgnoreErrorsDataset ImageProjectiveTransform InfeedDequeue InfeedDequeueTuple"
    " InfeedEnqueue InfeedEnqueueTuple InplaceAdd InplaceSub InplaceUpdate"
    " IsBoostedTreesEnsembleInitialized IsTPUEmbeddingInitialized IsotonicRegression"
    " IteratorFromStringHandle IteratorFromStringHandleV2 IteratorGetDevice"
    " IteratorGetNextAsOptional IteratorGetNextSync IteratorToStringHandle"
    " KmeansPlusPlusInitialization LRNGrad LSTMBlockCellGrad LatencyStatsDataset"
    " LearnedUnigramCandidateSampler LegacyParallelInterleaveDatasetV2 ListDataset ListDiff"
    " LogUniformCandidateSampler Lu MakeUnique MapClear MapDefun MapIncompleteSize MapPeek"
    " MapSize MapStage MapUnstage MapUnstageNoKey MatrixExponential MatrixSquareRoot"
    " MaxIntraOpParallelismDataset MaxPool3DGrad MaxPool3DGradGrad MaxPoolGradGrad"
    " MaxPoolGradGradV2 MaxPoolGradGradWithArgmax MaxPoolGradV2 MaxPoolGradWithArgmax"
    " MultiDeviceIterator MultiDeviceIteratorFromStringHandle"
    " MultiDeviceIteratorGetNextFromShard MultiDeviceIteratorInit"
    " MultiDeviceIteratorToStringHandle MutableDenseHashTable MutableHashTableOfTensors"
    " NcclAllReduce NcclBroadcast NcclReduce NextAfter NonDeterministicInts"
    " NonSerializableDataset OneShotIterator OptionalFromValue OptionalNone OptionsDataset"
    " OrderedMapClear OrderedMapStage OrderedMapUnstage OutfeedDequeue OutfeedDequeueTuple"
    " OutfeedEnqueue OutfeedEnqueueTuple PaddedBatchDataset PaddingFIFOQueue"
    " PaddingFIFOQueueV2 ParallelBatchDataset ParallelFilterDataset"
    " ParallelInterleaveDataset ParallelInterleaveDatasetV2 ParallelInterleaveDatasetV3"
    " ParallelInterleaveDatasetV4 ParseExampleDataset ParseExampleDatasetV2 PriorityQueue"
    " PriorityQueueV2 PrivateThreadPoolDataset QuantizeAndDequantizeV4Grad"
    " QuantizeDownAndShrinkRange QuantizedAvgPool QuantizedBatchNormWithGlobalNormalization"
    " QuantizedConv2DAndRelu QuantizedConv2DAndReluAndRequantize"
    " QuantizedConv2DAndRequantize QuantizedConv2DPerChannel QuantizedConv2DWithBias"
    " QuantizedConv2DWithBiasAndRelu QuantizedConv2DWithBiasAndReluAndRequantize"
    " QuantizedConv2DWithBiasAndRequantize QuantizedConv2DWithBiasSumAndRelu"
    " QuantizedDepthwiseConv2D QuantizedDepthwiseConv2DWithBias QuantizedInstanceNorm"
    " QuantizedMatMulWithBias QuantizedMatMulWithBiasAndRelu"
    " QuantizedMatMulWithBiasAndReluAndRequantize QuantizedMul QuantizedRelu6 QuantizedReluX"
    " QuantizedResizeBilinear QueueClose QueueCloseV2 QueueDequeue QueueDequeueMany"
    " QueueDequeueManyV2 QueueDequeueUpTo QueueDequeueUpToV2 QueueEnqueue QueueEnqueueMany"
    " QueueEnqueueManyV2 QueueIsClosed QueueIsClosedV2 QueueSize QueueSizeV2 RFFTND"
    " RaggedTensorToVariantGradient RandomCrop RandomDataset RandomDatasetV2 RandomGammaGrad"
    " RandomIndexShuffle RandomShuffleQueue RandomShuffleQueueV2 ReadVariableXlaSplit"
    " ReaderNumRecordsProduced ReaderNumWorkUnitsCompleted RebatchDataset RebatchDatasetV2"
    " RequantizationRangePerChannel RequantizePerChannel ResizeBicubicGrad"
    " ResourceAccumulatorApplyGradient ResourceApplyAdagradDA ResourceApplyAddSign"
    " ResourceApplyPowerSign ResourceApplyProximalAdagrad"
    " ResourceApplyProximalGradientDescent ResourceConditionalAccumulator ResourceCountUpTo"
    " ResourceScatterDiv ResourceScatterMax ResourceScatterMin ResourceScatterMul"
    " ResourceScatterNdMax ResourceScatterNdMin ResourceScatterNdSub ResourceScatterSub"
    " ResourceSparseApplyAdadelta ResourceSparseApplyAdagradDA"
    " ResourceSparseApplyCenteredRMSProp ResourceSparseApplyFtrl"
    " ResourceSparseApplyProximalAdagrad ResourceSparseApplyProximalGradientDescent"
    " SamplingDataset ScaleAndTranslateGrad ScanDataset ScatterDiv ScatterMax ScatterMin"
    " ScatterMul ScatterNdMax ScatterNdMin ScatterNdNonAliasingAdd ScatterNdSub ScatterSub"
    " SdcaFprint SdcaOptimizer SdcaOptimizerV2 SdcaShrinkL1 SegmentMinV2 SelfAdjointEig"
    " SerializeIterator SerializeManySparse SerializeSparse SerializeTensor SetSize"
    " SetStatsAggregatorDataset ShuffleAndRepeatDatasetV2 ShuffleDatasetV2"
    " ShutdownDistributedTPU Skipgram SleepDataset SlidingWindowDataset SobolSample"
    " SoftsignGrad SparseAccumulatorApplyGradient SparseAccumulatorTakeGradient"
    " SparseAddGrad SparseApplyAdadelta SparseApplyAdagrad SparseApplyAdagradDA"
    " SparseApplyAdagradV2 SparseApplyCenteredRMSProp SparseApplyFtrl SparseApplyFtrlV2"
    " SparseApplyMomentum SparseApplyProximalAdagrad SparseApplyProximalGradientDescent"
    " SparseApplyRMSProp SparseMatrixAdd SparseMatrixMatMul SparseMatrixMul SparseMatrixNNZ"
    " SparseMatrixOrderingAMD SparseMatrixSoftmax SparseMatrixSparseCholesky"
    " SparseMatrixSparseMatMul SparseMatrixTranspose SparseMatrixZeros SparseReduceMaxSparse"
    " SparseReduceSumSparse SparseSegmentMeanGradV2 SparseSegmentSqrtNGrad"
    " SparseSegmentSqrtNGradV2 SparseSegmentSumGradV2 SparseSliceGrad SparseSparseMaximum"
    " SparseSparseMinimum SparseTensorSliceDataset SparseTensorToCSRSparseMatrix Spence"
    " Stack StackClose StackCloseV2 StackPop StackPush Stage StageClear StagePeek StageSize"
    " StatefulStandardNormal StatefulTruncatedNormal StatefulUniformFullInt"
    " StatelessParameterizedTruncatedNormal StatelessRandomGammaV2 StatelessRandomGammaV3"
    " StatelessRandomPoisson StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2"
    " StatelessShuffle StatsAggregatorHandle StatsAggregatorSummary StochasticCastToInt"
    " SyncDevice TPUCompilationResult TPUCompile TPUEmbeddingActivations TPUOrdinalSelector"
    " TPUPartitionedInput TPUPartitionedInputV2 TPUPartitionedOutput TPUPartitionedOutputV2"
    " TPUReplicate TPUReplicateMetadata TPUReplicatedInput TPUReplicatedOutput"
    " TakeManySparseFromTensorsMap TensorArray TensorArrayClose TensorArrayCloseV2"
    " TensorArrayConcat TensorArrayConcatV2 TensorArrayGather TensorArrayGatherV2"
    " TensorArrayGrad TensorArrayGradV2 TensorArrayGradWithShape TensorArrayPack"
    " TensorArrayRead TensorArrayReadV2 TensorArrayScatter TensorArrayScatterV2"
    " TensorArraySize TensorArraySizeV2 TensorArraySplit TensorArraySplitV2"
    " TensorArrayUnpack TensorArrayV2 TensorArrayWrite TensorArrayWriteV2"
    " TensorForestTreePredictV4 TensorListConcatLists TensorMapErase TensorMapHasKey"
    " TensorMapInsert TensorMapLookup TensorMapSize TensorMapStackKeys TensorSummary"
    " TensorSummaryV2 ThreadPoolDataset ThreadPoolHandle ThreadUnsafeUnigramCandidateSampler"
    " TopKUnique TopKWithUnique TridiagonalSolveV2 UnbatchGrad UncompressElement"
    " UniformCandidateSampler UniformQuantizedAdd UniformQuantizedClipByValue"
    " UniformQuantizedConvolution UniformQuantizedConvolutionHybrid UniformQuantizedDot"
    " UniformQuantizedDotHybrid UniformRequantize UniqueDataset Unstage UnwrapDatasetVariant"
    " VarHandlesOp WrapDatasetVariant WriteAudioSummary WriteGraphSummary"
    " WriteHistogramSummary WriteImageSummary WriteRawProtoSummary WriteScalarSummary"
    " WriteSummary WriteTrainingPredictions XlaAllReduce XlaBroadcastHelper XlaConcatND"
    " XlaConv XlaConvV2 XlaDequantize XlaDot XlaDotV2 XlaDynamicSlice XlaDynamicUpdateSlice"
    " XlaEinsum XlaGather XlaIf XlaKeyValueSort XlaOptimizationBarrier XlaPad XlaRecv"
    " XlaReduce XlaReducePrecision XlaReduceScatter XlaReduceWindow"
    " XlaRemoveDynamicDimensionSize XlaReplicaId XlaRngBitGenerator XlaScatter"
    " XlaSelectAndScatter XlaSelfAdjointEig XlaSend XlaSetBound XlaSetDynamicDimensionSize"
    " XlaSharding XlaSort XlaSplitND XlaSpmdFullToShardShape XlaSpmdShardToFullShape XlaSvd"
    " XlaVariadicReduce XlaVariadicReduceV2 XlaVariadicSort XlaWhile ";

static bool is_computing(struct sw_str op)
{
    char word[128];
    if (op.len == 0 || op.len > sizeof(word) - 3 || memchr(op.ptr, ' ', op.len) != NULL) {
        return false;
    }
    word[0] = ' ';
    memcpy(word + 1, op.ptr, op.len);
    word[op.len + 1] = ' ';
    return memmem(computes, sizeof(computes) - 1, word, op.len + 2) != NULL;
}

enum sw_tf_kind sw_tf_op(struct sw_str op, const char **does)
{
    *does = "";
    for (size_t i = 0; i < SW_COUNT(grave); i++) {
        if (sw_str_is(op, grave[i].op)) {
            *does = grave[i].does;
            return grave[i].kind;
        }
    }
    return is_computing(op) ? SW_TF_COMPUTES : SW_TF_CUSTOM;
}

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 200 ? 200 : text.len;
    return text;
}

sw_result sw_tf_op_judge(
    struct sw_inspection *in, struct sw_str node, struct sw_str op, uint64_t at)
{
    static const struct {
        const char *rule;
        enum sw_severity severity;
    } says[] = {
        [SW_TF_CUSTOM] = {"tf-custom-operator", SW_SEVERITY_MEDIUM},
        [SW_TF_RUNS] = {"tf-operator", SW_SEVERITY_CRITICAL},
        [SW_TF_FILES] = {"tf-operator", SW_SEVERITY_HIGH},
        [SW_TF_NETWORK] = {"tf-operator", SW_SEVERITY_HIGH},
        [SW_TF_CLOSED] = {"tf-operator", SW_SEVERITY_MEDIUM},
        [SW_TF_PATH] = {"tf-operator", SW_SEVERITY_MEDIUM},
    };
    const char *does;
    enum sw_tf_kind kind = sw_tf_op(op, &does);
    if (kind == SW_TF_COMPUTES) {
        return SW_OK;
    }
    does =
        kind == SW_TF_CUSTOM ? "is none that is known of TensorFlow, and may need a library" : does;
    node = shown(node);
    op = shown(op);
    return sw_found(in, says[kind].rule, says[kind].severity, at,
        "node \"" SW_STR_FMT "\": operator " SW_STR_FMT " %s", SW_STR_ARG(node), SW_STR_ARG(op),
        does);
}

sw_result sw_tf_op_search(
    struct sw_inspection *in, struct sw_str node, struct sw_bytes bytes, uint64_t at)
{
    for (size_t i = 0; i < SW_COUNT(grave); i++) {
        /* As protobuf writes it: the number of the field, the length, the name. */
        char field[64];
        size_t len = strlen(grave[i].op);
        field[0] = 0x12;
        field[1] = (char)len;
        memcpy(field + 2, grave[i].op, len);
        if (memmem(bytes.ptr, bytes.len, field, len + 2) != NULL) {
            SW_TRY(sw_tf_op_judge(in, node, sw_str(grave[i].op), at));
        }
    }
    return SW_OK;
}
