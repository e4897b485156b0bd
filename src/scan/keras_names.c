#include "scan/keras.h"

/* Classes of keras 1 to 3, by what they are. */
static const char classes[] =
    /* models and inputs */
    " Model Sequential Functional InputLayer Input InputSpec"
    /* layers */
    " Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention AugMix"
    " AutoContrast Average AveragePooling1D AveragePooling2D AveragePooling3D AveragePooling"
    " BatchNormalization BatchNormalizationV1 BatchNormalizationV2 SyncBatchNormalization"
    " Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D Conv2D Conv3D"
    " Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1D Convolution2D Convolution3D"
    " Convolution2DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D ConvLSTM2DCell Cropping1D Cropping2D"
    " Cropping3D CuDNNGRU CuDNNLSTM CutMix Dense DenseFeatures DepthwiseConv1D DepthwiseConv2D"
    " Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten GRU GRUV1 GRUV2"
    " GRUCell GRUCellV1 GRUCellV2 GaussianDropout GaussianNoise GlobalAveragePooling1D"
    " GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D"
    " GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity"
    " IntegerLookup LSTM LSTMV1 LSTMV2 LSTMCell LSTMCellV1 LSTMCellV2 LayerNormalization LeakyReLU"
    " LocallyConnected1D LocallyConnected2D Masking Maximum MaxNumBoundingBoxes MaxPooling1D"
    " MaxPooling2D MaxPooling3D MelSpectrogram STFTSpectrogram Minimum MixUp MultiHeadAttention"
    " Multiply Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment"
    " RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop"
    " RandomElasticTransform RandomErasing RandomFlip RandomFourierFeatures RandomGaussianBlur"
    " RandomGrayscale RandomHeight RandomHue RandomInvert RandomPerspective RandomPosterization"
    " RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomWidth"
    " RandomZoom ReLU RepeatVector Rescaling Reshape ReversibleEmbedding Resizing SeparableConv1D"
    " SeparableConv2D SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax"
    " Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization"
    " StackedRNNCells StringLookup Subtract TextVectorization ThresholdedReLU TimeDistributed"
    " UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D"
    " ZeroPadding3D Operation"
    /* operations of the functional style */
    " TFOpLambda SlicingOpLambda InstanceMethod InstanceProperty ClassMethod"
    " GetItem NotEqual Equal Greater GreaterEqual Less LessEqual Power Divide TrueDivide "
    "FloorDivide"
    " Mod Negative Absolute Abs Sqrt Rsqrt Square Exp Expm1 Log Log1p Log2 Log10 Sin Cos Tan Tanh "
    "Sinh"
    " Cosh Sigmoid LogSigmoid Softplus Softsign Silu Gelu Relu Relu6 Elu Selu Mean Sum Max Min Prod"
    " Std Var Cast Clip Matmul Transpose ExpandDims Squeeze Stack Tile Repeat Where Take"
    " TakeAlongAxis Split Roll Pad Argmax Argmin Any All LogicalAnd LogicalOr LogicalNot"
    " LogicalXor Sign Round Floor Ceil Einsum Tensordot BroadcastTo OnesLike ZerosLike FullLike "
    "Full"
    " Cumsum Cumprod Norm Resize TopK OneHot Isnan Isinf Isfinite Arange Meshgrid Moveaxis Ravel"
    " Swapaxes Tril Triu Unstack Vstack Hstack Slice SliceUpdate Scatter ScatterUpdate SegmentMax"
    " SegmentSum StopGradient Logsumexp LogSumExp Cholesky Inv Solve Qr Svd Det FFT FFT2 RFFT IRFFT"
    " STFT ISTFT Shape DotProductAttention L2Normalize Normalize HardSigmoid HardSilu HardTanh"
    " LogSoftmax NumPyCast MaxPool AveragePool Conv ConvTranspose DepthwiseConv SeparableConv"
    " Reverse Flip Sort Argsort Diff Dot Erf Erfinv Maximum Minimum Nonzero Quantile Median"
    " ReverseSequence AffineTransform ExtractPatches MapCoordinates PadImages CropImages "
    "RGBToGrayscale"
    " RGBToHSV HSVToRGB"
    /* initializers, regularizers, constraints */
    " Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer LecunNormal"
    " LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal"
    " VarianceScaling Zeros STFTInitializer L1 L2 L1L2 OrthogonalRegularizer MaxNorm MinMaxNorm"
    " NonNeg UnitNorm RadialConstraint"
    /* losses, metrics */
    " BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy "
    "CategoricalFocalCrossentropy"
    " CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber"
    " KLDivergence LogCosh LossFunctionWrapper MeanAbsoluteError MeanAbsolutePercentageError"
    " MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy "
    "SquaredHinge"
    " Tversky AUC Accuracy BinaryAccuracy BinaryIoU CategoricalAccuracy CompileMetrics"
    " ConcordanceCorrelation F1Score FBetaScore FalseNegatives FalsePositives IoU LogCoshError"
    " MeanIoU MeanMetricWrapper MeanRelativeError MeanTensor OneHotIoU OneHotMeanIoU"
    " PearsonCorrelation Precision PrecisionAtRecall R2Score Recall RecallAtPrecision"
    " RootMeanSquaredError SensitivityAtSpecificity SparseCategoricalAccuracy"
    " SparseTopKCategoricalAccuracy SpecificityAtSensitivity TopKCategoricalAccuracy TrueNegatives"
    " TruePositives"
    /* optimizers and their schedules */
    " Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer"
    " LossScaleOptimizerV3 Muon Nadam RMSprop SGD SGDW CosineDecay CosineDecayRestarts"
    " ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay WarmUp"
    /* types and values */
    " DTypePolicy DTypePolicyMap FloatDTypePolicy GPTQDTypePolicy Policy PolicyV1 "
    "QuantizedDTypePolicy"
    " QuantizedFloat8DTypePolicy KerasTensor TensorShape TypeSpec CompositeTensor"
    " __tensor__ __numpy__ __bytes__ __ellipsis__ __tuple__ __slice__ __keras_tensor__"
    " __typespec__ DType function builtin_function_or_method ListWrapper _DictWrapper dict list ";

/* What strings of a document may call, as functions: of keras' own modules. */
static const char functions[] =
    " celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh"
    " leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink"
    " softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh"
    " tanh_shrink threshold binary_accuracy binary_crossentropy binary_focal_crossentropy"
    " categorical_accuracy categorical_crossentropy categorical_focal_crossentropy"
    " categorical_generalized_cross_entropy categorical_hinge circle cosine_similarity ctc dice"
    " hinge huber kl_divergence kld kullback_leibler_divergence log_cosh logcosh mae mape "
    "mean_absolute_error"
    " mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error mse msle"
    " poisson sparse_categorical_accuracy sparse_categorical_crossentropy"
    " sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy tversky"
    " pearson_correlation concordance_correlation accuracy acc"
    " glorot_normal glorot_uniform he_normal he_uniform lecun_normal lecun_uniform ones zeros"
    " orthogonal random_normal random_uniform truncated_normal variance_scaling constant identity"
    " l1 l2 l1_l2 l1l2 max_norm maxnorm min_max_norm non_neg unit_norm ";

static const char dangerous[] =
    " Lambda TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer SavedModelLayer KerasLayer"
    " get_file load_model load_weights load_img load_data load_from_saved_model "
    "load_model_from_hdf5"
    " save_model save_weights save_img export export_saved_model export_onnx export_litert"
    " model_from_json model_from_yaml model_from_config clone_model clone_and_build_model"
    " enable_unsafe_deserialization disable_unsafe_deserialization deserialize"
    " deserialize_keras_object from_config func_load func_dump python_state_load"
    " image_dataset_from_directory text_dataset_from_directory audio_dataset_from_directory"
    " timeseries_dataset_from_array plot_model set_backend set_config import_object"
    " RemoteMonitor TensorBoard CSVLogger ModelCheckpoint BackupAndRestore SwapEMAWeights"
    " LambdaCallback ";

static bool is_among(const char *list, size_t len, struct sw_str name)
{
    char word[128];
    if (name.len == 0 || name.len > sizeof(word) - 2 || memchr(name.ptr, ' ', name.len) != NULL) {
        return false;
    }
    word[0] = ' ';
    memcpy(word + 1, name.ptr, name.len);
    word[name.len + 1] = ' ';
    return memmem(list, len, word, name.len + 2) != NULL;
}

enum sw_keras_name sw_keras_name_of(struct sw_str name, bool function)
{
    if (is_among(dangerous, sizeof(dangerous) - 1, name)) {
        return SW_KERAS_DANGEROUS;
    }
    bool known = function ? is_among(functions, sizeof(functions) - 1, name)
                          : is_among(classes, sizeof(classes) - 1, name);
    return known ? SW_KERAS_KNOWN : SW_KERAS_UNKNOWN;
}
